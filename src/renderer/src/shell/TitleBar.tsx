import { FolderPlus, FolderSync, ImagePlus, PanelLeft, PanelRight, Plus, Search } from 'lucide-react'
import { Button as AriaButton, MenuTrigger } from 'react-aria-components'
import { useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { DropMenu } from '../ui/Menu.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './TitleBar.module.css'
import { isShown } from './WorkspaceStore.ts'

const css = classNames(styles)

export function TitleBar() {
  const { app, workspace, intake } = useServices()
  const hasSidebar = useStore(workspace, (state) => isShown(state, 'sidebar'))
  const hasInspector = useStore(workspace, (state) => isShown(state, 'inspector'))
  const commandKey = useStore(app, (state) => (state.info?.platform === 'darwin' ? '⌘ K' : 'Ctrl K'))
  return (
    <header className={css('bar')}>
      <div className={css('start')}>
        <IconButton
          label={hasSidebar ? 'Fold the sidebar' : 'Show the sidebar'}
          icon={PanelLeft}
          onPress={() => workspace.toggle('sidebar')}
        />
        <span className={css('name')}>Silverdrop</span>
      </div>
      <AriaButton className={css('search')} onPress={() => workspace.openDialog({ kind: 'palette' })}>
        <Search size={14} aria-hidden />
        <span className={css('searchText')}>Search actions and places</span>
        <kbd className={css('key')}>{commandKey}</kbd>
      </AriaButton>
      <div className={css('end')}>
        <MenuTrigger>
          <Button kind="primary" icon={Plus}>
            Add photos
          </Button>
          <DropMenu
            label="Add photos"
            entries={[
              { label: 'Files…', icon: ImagePlus, run: () => void intake.chooseFiles() },
              { label: 'Folder…', icon: FolderPlus, run: () => void intake.chooseFolder() },
              { label: 'Watch a folder…', icon: FolderSync, startsGroup: true, run: () => void intake.watchFolder() }
            ]}
          />
        </MenuTrigger>
        <IconButton
          label={hasInspector ? 'Fold the inspector' : 'Show the inspector'}
          icon={PanelRight}
          onPress={() => workspace.toggle('inspector')}
        />
      </div>
    </header>
  )
}
