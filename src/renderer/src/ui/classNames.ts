/**
 * Reads a CSS module by name, so components name several classes at once, some under a condition.
 *
 * @param module What importing a `.module.css` gives.
 * @returns For example `css('row', isSelected && 'selected')`; names the module does not have are left out.
 */
export function classNames(module: Readonly<Record<string, string>>) {
  return (...names: ReadonlyArray<string | false | null>): string =>
    names.flatMap((name) => (name === false || name === null ? [] : (module[name] ?? []))).join(' ')
}
