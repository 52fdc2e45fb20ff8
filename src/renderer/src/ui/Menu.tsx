import type { LucideIcon } from 'lucide-react'
import { Fragment, type RefObject } from 'react'
import { Menu, MenuItem, Popover, type PopoverProps, Separator, Text } from 'react-aria-components'
import { classNames } from './classNames.ts'
import styles from './Menu.module.css'

const css = classNames(styles)

export type MenuEntry = {
  readonly label: string
  readonly icon: LucideIcon
  readonly run: () => void
  readonly shortcut?: string
  readonly isDanger?: boolean
  readonly isDisabled?: boolean
  /** Stands below a line. */
  readonly startsGroup?: boolean
}

type MenuListProps = {
  readonly label: string
  readonly entries: ReadonlyArray<MenuEntry>
  readonly onDone?: () => void
}

function MenuList({ label, entries, onDone = () => {} }: MenuListProps) {
  return (
    <Menu aria-label={label} className={css('menu')} autoFocus="first" onClose={onDone}>
      {entries.map(
        ({
          label: text,
          icon: Icon,
          run,
          shortcut = null,
          isDanger = false,
          isDisabled = false,
          startsGroup = false
        }) => (
          <Fragment key={text}>
            {startsGroup && <Separator className={css('separator')} />}
            <MenuItem
              textValue={text}
              isDisabled={isDisabled}
              onAction={run}
              className={css('item', isDanger && 'danger')}
            >
              <Icon size={16} aria-hidden className={css('icon', isDanger && 'danger')} />
              <Text slot="label" className={css('label')}>
                {text}
              </Text>
              {shortcut && <kbd className={css('shortcut')}>{shortcut}</kbd>}
            </MenuItem>
          </Fragment>
        )
      )}
    </Menu>
  )
}

/** A menu for use within `MenuTrigger`, after its button. */
export function DropMenu({ placement = 'bottom end', ...list }: MenuListProps & Pick<PopoverProps, 'placement'>) {
  return (
    <Popover placement={placement} offset={4} className={css('popover')}>
      <MenuList {...list} />
    </Popover>
  )
}

type ContextMenuProps = MenuListProps & {
  /** Where it opens: the element stands at the pointer or is the row itself. */
  readonly anchor: RefObject<Element | null>
  readonly isOpen: boolean
  readonly onDone: () => void
}

export function ContextMenu({ anchor, isOpen, onDone, ...list }: ContextMenuProps) {
  return (
    <Popover
      triggerRef={anchor}
      isOpen={isOpen}
      onOpenChange={(next) => !next && onDone()}
      placement="bottom start"
      offset={0}
      className={css('popover')}
    >
      <MenuList {...list} onDone={onDone} />
    </Popover>
  )
}
