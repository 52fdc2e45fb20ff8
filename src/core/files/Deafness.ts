/**
 * Why the system does not tell of all changes in a folder, so that it is looked through from time to time instead:
 * others change it over a network, the system watches no more folders, or nothing is heard for a reason nobody knows.
 */
export type Deafness = {
  readonly why: 'share' | 'watch-limit' | 'instance-limit' | 'refused' | 'silent'
  /** The kind of share, or what the system said. */
  readonly detail: string
}

const SYSCTL_FILE = '/etc/sysctl.d/90-silverdrop.conf'

/** What the person reads beside the folder: why, what we do instead, and what they can do. @param everyMs Between two looks. */
export function deafnessSentence({ why, detail }: Deafness, everyMs: number): string {
  const instead = `so Silverdrop looks through the folder every ${durationWords(everyMs)}`
  switch (why) {
    case 'share':
      return `Other computers can change this folder (${detail}) without this one being told, ${instead}.`
    case 'watch-limit':
      return `This computer watches no more folders, ${instead}. ${raise('fs.inotify.max_user_watches=524288')}`
    case 'instance-limit':
      return `This computer allows no more programs to watch folders, ${instead}. ${raise('fs.inotify.max_user_instances=512')}`
    case 'refused':
      return `The system does not let this folder be watched (${detail}), ${instead}.`
    case 'silent':
      return `The system does not tell of changes in this folder, ${instead}.`
  }
}

function raise(setting: string): string {
  return `To raise the limit: put the line "${setting}" into ${SYSCTL_FILE} and run "sudo sysctl --system".`
}

function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
