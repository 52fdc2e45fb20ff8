import { Search } from 'lucide-react'
import {
  Autocomplete,
  Dialog,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  SearchField,
  Text,
  useFilter
} from 'react-aria-components'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import styles from './CommandPalette.module.css'
import { listCommands } from './commands.ts'

const css = classNames(styles)

/** Every action and place, found by typing. */
export function CommandPalette() {
  const services = useServices()
  const { contains } = useFilter({ sensitivity: 'base' })
  const close = () => services.workspace.openDialog(null)
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(isOpen) => !isOpen && close()} className={css('overlay')}>
      <Modal className={css('modal')}>
        <Dialog aria-label="Actions and places" className={css('dialog')}>
          <Autocomplete filter={contains}>
            <SearchField aria-label="Search actions and places" autoFocus className={css('search')}>
              <Search size={16} aria-hidden />
              <Input placeholder="What would you like to do, or where to go" className={css('input')} />
            </SearchField>
            <Menu
              aria-label="Actions and places"
              className={css('list')}
              renderEmptyState={() => <p className={css('none')}>Nothing has this name</p>}
            >
              {listCommands(services).map(({ id, label, icon: Icon, run }) => (
                <MenuItem
                  key={id}
                  id={id}
                  textValue={label}
                  className={css('item')}
                  onAction={() => {
                    close()
                    run()
                  }}
                >
                  <Icon size={16} aria-hidden className={css('icon')} />
                  <Text slot="label">{label}</Text>
                </MenuItem>
              ))}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
