import type { ErrorCode, Problem } from '../errors.ts'

/** What a button beside the problem does; `none` where only the world outside Silverdrop can help. */
export type ProblemAction = 'retry' | 'open-accounts' | 'open-settings' | 'resolve' | 'show-file' | 'none'

/** A failure as a person reads it. Four parts: what happened, to which file, what Silverdrop does, what they can do. */
export type ProblemWords = {
  /** Fits behind "Not sent: " and in front of ": original sent, no web copy"; no full stop. */
  readonly short: string
  /** A whole sentence, like the next two. */
  readonly what: string
  /** What it happened to: a file, a key, an account; null where it concerns everything. */
  readonly file: string | null
  readonly does: string
  readonly can: string
  readonly action: ProblemAction
}

type Entry = Omit<ProblemWords, 'file'>

const STOPS_HERE = 'Silverdrop leaves this file alone and goes on with the others.'
const TRIES_AGAIN = 'Silverdrop tries again by itself, after longer and longer pauses.'
const HOLDS = 'Silverdrop holds everything for this account. Nothing is lost.'
// The original may be kept back for its position, or not be asked for: of what else goes, nothing is promised here.
const GOES_ON = 'Only this is missing: Silverdrop goes on with whatever else is to be sent of the file.'

/** Words for every code there is: a new one does not compile until it has its four parts. */
const entries: Readonly<Record<ErrorCode, Entry>> = {
  'access-denied': {
    short: 'the keys do not allow this',
    what: 'R2 refused: these keys do not allow it.',
    does: HOLDS,
    can: 'Make a token with "Object Read & Write" for this bucket, and enter its keys under Accounts.',
    action: 'open-accounts'
  },
  'account-unknown': {
    short: 'R2 does not know the access key',
    what: 'R2 does not know this access key ID.',
    does: HOLDS,
    can: 'Compare the access key ID under Accounts with the one Cloudflare shows. A new token can take a minute to work.',
    action: 'open-accounts'
  },
  'secret-wrong': {
    short: 'the secret does not fit the access key',
    what: 'The secret access key does not belong to the access key ID.',
    does: HOLDS,
    can: 'Enter both again under Accounts; Cloudflare shows the secret only once, so a new token may be needed.',
    action: 'open-accounts'
  },
  'secret-missing': {
    short: 'the secret access key is missing',
    what: 'The secret access key of this account is not on this computer, or the vault that holds it is locked.',
    does: HOLDS,
    can: 'Unlock the system’s vault, or enter the secret again under Accounts.',
    action: 'open-accounts'
  },
  'not-entitled': {
    short: 'R2 is not switched on for this account',
    what: 'R2 is not switched on in this Cloudflare account.',
    does: HOLDS,
    can: 'Open R2 in the Cloudflare dashboard once and accept its plan, then test the account.',
    action: 'open-accounts'
  },
  'bucket-missing': {
    short: 'the bucket is not there',
    what: 'There is no bucket of this name at this address.',
    does: HOLDS,
    can: 'Check the bucket’s name and its jurisdiction under Accounts, or create it in the Cloudflare dashboard.',
    action: 'open-accounts'
  },
  'endpoint-wrong': {
    short: 'the address does not lead to R2',
    what: 'Something answered at this address, but it was not R2.',
    does: HOLDS,
    can: 'Check the account ID under Accounts. A hotel’s sign-in page can answer instead: open a web page first.',
    action: 'open-accounts'
  },
  'clock-skewed': {
    short: 'this computer’s clock is off',
    what: 'This computer’s clock is more than 15 minutes off, and R2 refuses signatures from another time.',
    does: 'Silverdrop holds everything until the clock is right. Nothing is lost.',
    can: 'Set the clock to the network’s time, then try again.',
    action: 'retry'
  },
  'object-missing': {
    short: 'the object is no longer in the bucket',
    what: 'This object is not in the bucket any more.',
    does: 'Silverdrop changes nothing.',
    can: 'Send the file again if it should be there.',
    action: 'retry'
  },
  'upload-missing': {
    short: 'the unfinished upload has expired',
    what: 'R2 no longer holds the parts that were sent: an unfinished upload is dropped after seven days.',
    does: 'Silverdrop sends the file from the beginning, by itself.',
    can: 'Nothing needs to be done.',
    action: 'none'
  },
  'upload-lost': {
    short: 'R2 keeps losing the unfinished upload',
    what: 'R2 lost what was sent of this file, several times in a row.',
    does: 'Silverdrop sends it from the beginning, after longer and longer pauses.',
    can: 'If it keeps happening, look whether a rule of the bucket or another program ends unfinished uploads.',
    action: 'retry'
  },
  'part-rejected': {
    short: 'R2 did not accept the parts',
    what: 'R2 did not accept the parts when they were to be joined.',
    does: STOPS_HERE,
    can: 'Start it again; it is sent from the beginning.',
    action: 'retry'
  },
  'digest-mismatch': {
    short: 'bytes changed on the way',
    what: 'What arrived was not what was sent: bytes changed on the way.',
    does: 'Silverdrop reads the file anew and sends it again.',
    can: 'If it keeps happening, suspect the network, a failing disk or memory.',
    action: 'retry'
  },
  conflict: {
    short: 'something else has this name',
    what: 'Something else already has this name in the bucket.',
    does: 'Silverdrop has overwritten nothing and waits for your answer.',
    can: 'Replace what is there, keep both, or skip this file.',
    action: 'resolve'
  },
  'key-invalid': {
    short: 'the name cannot be used in a bucket',
    what: 'The name made for this object cannot be used in a bucket.',
    does: STOPS_HERE,
    can: 'Change the naming template of the collection, or rename the file, and try again.',
    action: 'open-settings'
  },
  'key-too-long': {
    short: 'the name is too long for a bucket',
    what: 'The name made for this object is longer than the 1,024 bytes R2 allows.',
    does: STOPS_HERE,
    can: 'Shorten the naming template of the collection, or the folder names, and try again.',
    action: 'open-settings'
  },
  'metadata-too-large': {
    short: 'the description is too large',
    what: 'What is to be stored beside the object is larger than R2 allows.',
    does: STOPS_HERE,
    can: 'Shorten the file’s name, and try again.',
    action: 'retry'
  },
  locked: {
    short: 'a bucket lock protects what is there',
    what: 'A bucket lock forbids changing or deleting this object.',
    does: 'Silverdrop leaves it as it is.',
    can: 'Wait until the lock ends, or change the lock rule in the Cloudflare dashboard, and try again.',
    action: 'retry'
  },
  network: {
    short: 'no connection to R2',
    what: 'R2 cannot be reached.',
    does: TRIES_AGAIN,
    can: 'Check this computer’s connection; a VPN or a hotel’s sign-in page can stand in the way.',
    action: 'retry'
  },
  timeout: {
    short: 'R2 did not answer in time',
    what: 'R2 did not answer in time.',
    does: TRIES_AGAIN,
    can: 'Nothing, unless it goes on: then check the connection.',
    action: 'retry'
  },
  'rate-limited': {
    short: 'R2 asked for a pause',
    what: 'R2 asked Silverdrop to slow down.',
    does: 'Silverdrop sends less at once and tries again by itself.',
    can: 'Nothing. Other programs writing to the same bucket can cause it.',
    action: 'retry'
  },
  'server-error': {
    short: 'R2 has trouble of its own',
    what: 'R2 answered that it has trouble of its own.',
    does: TRIES_AGAIN,
    can: 'Nothing, unless it goes on: cloudflarestatus.com says what is known.',
    action: 'retry'
  },
  'not-supported': {
    short: 'the bucket’s service cannot do this',
    what: 'The service that holds this bucket does not know this request.',
    does: 'Silverdrop takes the answer for "unknown" and changes nothing.',
    can: 'Real R2 knows it; the local one and some others do not.',
    action: 'none'
  },
  'proof-failed': {
    short: 'the bucket holds something else',
    what: 'The object in the bucket is not what was sent.',
    does: 'Silverdrop sends the file again and does not call it done before it is proved.',
    can: 'See whether another program writes to the same names.',
    action: 'retry'
  },
  'file-missing': {
    short: 'the file is gone from this computer',
    what: 'The file is no longer where it was.',
    does: 'Silverdrop leaves what is in the bucket as it is.',
    can: 'Put the file or the card back, and try again.',
    action: 'retry'
  },
  'file-unreadable': {
    short: 'the file cannot be read',
    what: 'This computer does not let Silverdrop read the file.',
    does: STOPS_HERE,
    can: 'Check the file’s permissions and the disk it is on, and try again.',
    action: 'show-file'
  },
  'file-in-use': {
    short: 'another program has the file open',
    what: 'The file cannot be moved: another program has it open, or it may not be moved.',
    does: 'Silverdrop leaves it where it is and tries again every minute. What it has sent of it stays sent.',
    can: 'Close the program. If it stays like that, check the permissions of the file and of its folder.',
    action: 'show-file'
  },
  'file-changed': {
    short: 'the file changed while it was read',
    what: 'Another program changed the file while it was being read.',
    does: 'Silverdrop waits until the file rests and sends it again, whole.',
    can: 'Let the other program finish.',
    action: 'retry'
  },
  'file-empty': {
    short: 'the file is empty',
    what: 'The file has no content.',
    does: 'Silverdrop does not send it.',
    can: 'Copy it again from the card or the camera, and try again.',
    action: 'show-file'
  },
  'file-too-large': {
    short: 'the file is larger than R2 takes',
    what: 'The file is larger than the 4.995 TiB that R2 takes as one object.',
    does: STOPS_HERE,
    can: 'Split it.',
    action: 'show-file'
  },
  'file-elsewhere': {
    short: 'the file is still in a cloud folder',
    what: 'Only the file’s name is on this computer; its content is still in a cloud folder.',
    does: STOPS_HERE,
    can: 'Have the cloud program download it, and try again.',
    action: 'show-file'
  },
  'folder-unreadable': {
    short: 'the folder cannot be read',
    what: 'This computer does not let Silverdrop read the folder.',
    does: 'Silverdrop watches what it can read and deletes nothing.',
    can: 'Check the folder’s permissions, and try again.',
    action: 'retry'
  },
  'folder-missing': {
    short: 'the folder is not connected',
    what: 'The folder is not there: perhaps its disk or card is not connected.',
    does: 'Silverdrop waits for it. Nothing in the bucket changes.',
    can: 'Connect the disk or put the folder back.',
    action: 'retry'
  },
  'name-not-utf8': {
    short: 'the file’s name cannot be read',
    what: 'The file’s name has bytes that are no letters in any language this computer speaks.',
    does: STOPS_HERE,
    can: 'Rename the file, and try again.',
    action: 'show-file'
  },
  'disk-full': {
    short: 'this computer’s disk is full',
    what: 'This computer’s disk is full.',
    does: 'Silverdrop holds what needs space and goes on by itself when there is some.',
    can: 'Free some space.',
    action: 'retry'
  },
  'picture-damaged': {
    short: 'cut off or damaged',
    what: 'The picture is cut off or damaged, so no smaller copy can be made of it.',
    does: GOES_ON,
    can: 'Copy the picture again from the card, and try again.',
    action: 'show-file'
  },
  'picture-unsupported': {
    short: 'a format that cannot be rendered',
    what: 'Silverdrop cannot render this picture’s format.',
    does: GOES_ON,
    can: 'Export it as JPEG or TIFF if a smaller copy is needed.',
    action: 'show-file'
  },
  'picture-too-large': {
    short: 'too large',
    what: 'The file is too large: for the memory that work on it may take, or for the size in KB that its copy may have.',
    does: GOES_ON,
    can: 'Export a smaller version, or allow the copy more KB, and try again.',
    action: 'show-file'
  },
  'position-stays': {
    short: 'its position cannot be taken out',
    what: 'The position cannot be taken out of this file, or nobody can tell whether it has one.',
    does: 'The original is not sent. Silverdrop goes on with the copies of it.',
    can: 'Take the position out in another program and save the file again, or let originals go as they are.',
    action: 'show-file'
  },
  'render-timeout': {
    short: 'work on it took too long',
    what: 'Work on this file took too long and was stopped.',
    does: GOES_ON,
    can: 'Try again when the computer is less busy.',
    action: 'retry'
  },
  'render-crashed': {
    short: 'work on it failed',
    what: 'The program that works on pictures and films ended over this one.',
    does: GOES_ON,
    can: 'Try again. If it fails again, the file is likely damaged.',
    action: 'retry'
  },
  'not-in-bucket': {
    short: 'not in the bucket yet',
    what: 'This is not in the bucket yet, so there is no link to it.',
    does: 'Silverdrop copies the links of what has arrived.',
    can: 'Wait until it is in the bucket.',
    action: 'none'
  },
  'here-only': {
    short: 'opens on this computer only',
    what: 'The bucket is on this computer, so its links open here and nowhere else.',
    does: 'Silverdrop copies them all the same.',
    can: 'For links that open elsewhere, connect an R2 account and send the photos there.',
    action: 'open-accounts'
  },
  'link-impossible': {
    short: 'no link of this kind is possible',
    what: 'This account cannot make a link of this kind.',
    does: 'Silverdrop copies no link that would not open.',
    can: 'Enter the public address under Accounts, or copy a signed link.',
    action: 'open-accounts'
  },
  'template-invalid': {
    short: 'the naming template is not valid',
    what: 'The naming template cannot be used.',
    does: 'Silverdrop keeps the last one that worked.',
    can: 'Correct the template in the collection’s settings.',
    action: 'open-settings'
  },
  'settings-damaged': {
    short: 'the settings file was damaged',
    what: 'The settings file could not be read.',
    does: 'Silverdrop put it aside and started with its defaults. The queue and the bucket are untouched.',
    can: 'Enter the account again.',
    action: 'open-accounts'
  },
  'record-damaged': {
    short: 'a stored record was damaged',
    what: 'A record of this file could not be read.',
    does: 'Silverdrop put the record aside and goes on with the others.',
    can: 'Add the file again. What is already in the bucket is found, not sent twice.',
    action: 'none'
  },
  'engine-stopped': {
    short: 'the engine has stopped',
    what: 'The part of Silverdrop that sends files has stopped.',
    does: 'Silverdrop starts it again; the queue continues where it was.',
    can: 'If it stops again and again, restart Silverdrop.',
    action: 'retry'
  },
  stopped: {
    short: 'stopped',
    what: 'It was stopped before its end.',
    does: 'Silverdrop keeps what was done until then.',
    can: 'Start it again whenever you like.',
    action: 'retry'
  },
  'already-running': {
    short: 'another Silverdrop works on this',
    what: 'Another Silverdrop is already working on this collection.',
    does: 'This one waits, so that nothing is sent twice.',
    can: 'Let the other one finish, or end it.',
    action: 'retry'
  },
  'bad-request': {
    short: 'a request was not understood',
    what: 'A request was not understood.',
    does: 'Silverdrop changed nothing.',
    can: 'Check what was entered. If it looks right, the technical text helps to report it.',
    action: 'none'
  },
  forbidden: {
    short: 'not allowed from here',
    what: 'This is not allowed from here.',
    does: 'Silverdrop changed nothing.',
    can: 'Nothing; it protects your files and keys.',
    action: 'none'
  },
  internal: {
    short: 'a fault in Silverdrop',
    what: 'Silverdrop made a mistake of its own.',
    does: STOPS_HERE,
    can: 'Try again. If it fails again, copy the technical text and report it.',
    action: 'retry'
  }
}

/**
 * A problem in four parts.
 *
 * @param subject The file, key or account it happened to; null where it concerns everything.
 */
export function problemWords(problem: Problem, subject: string | null): ProblemWords {
  return { ...entries[problem.code], file: subject }
}

/** The same in one line, for a terminal or a notice: "IMG_1.jpg: R2 cannot be reached. …" */
export function problemSentence(problem: Problem, subject: string | null): string {
  const { what, does, can } = entries[problem.code]
  return `${subject === null ? '' : `${subject}: `}${what} ${does} ${can}`
}
