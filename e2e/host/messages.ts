/** A function to call in main with the electron module and `arg`; null asks where to connect to the pages. */
export type ToHost = { readonly id: number; readonly source: string | null; readonly arg: unknown }
export type FromHost = { readonly id: number; readonly ok: boolean; readonly value: unknown }
