import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { AppError, isAbort, toProblem } from '../shared/errors.ts'
import { conflictRules } from '../shared/model/collection.ts'
import { linkFormats } from '../shared/model/link.ts'
import { presets } from '../shared/model/presets.ts'
import { problemSentence } from '../shared/words/problemWords.ts'
import { ls } from './commands/ls.ts'
import { push } from './commands/push.ts'
import { rm } from './commands/rm.ts'
import { share } from './commands/share.ts'
import { type StatusOptions, status } from './commands/status.ts'
import { type VerifyOptions, verify } from './commands/verify.ts'
import { watch } from './commands/watch.ts'
import { EXIT } from './output.ts'
import { selectionOptions } from './selectionFromOptions.ts'
import { type CommonOptions, type Session, withEngine } from './withEngine.ts'

/** How long the end may take once a command is over. */
const EXIT_LIMIT_MS = 5_000

const stop = new AbortController()
let exitStatus: number = EXIT.done

const program = new Command('silverdrop')
  .description('Puts photographs into Cloudflare R2, and proves that they are there.')
  .version(readVersion())
  .exitOverride()
  .addHelpText('after', HELP())

withSelection(withCommon(program.command('push <paths...>')))
  .description('send what is new or changed in a folder, or the files named')
  .option('--prefix <prefix>', 'put before every key')
  .option('--mirror', "keys are the folder's own paths, originals only, replaced where they changed")
  .option('--template <template>', 'how keys are made, for example {collection}/{date}/{name}-{output}.{ext}')
  .option(
    '--outputs <names>',
    `what is made of a frame, by commas: original, ${presetIds()}, or an output of the settings`
  )
  .addOption(new Option('--conflict <rule>', 'where other content has the key').choices(conflictRules))
  .option('--link <kind>', 'public, private, or a time such as 1h for signed ones')
  .option('--cache-control <value>', 'for every object, instead of the default of its kind')
  .option('--user <name>', 'fills {user} in the template')
  .option('-n, --dry-run', 'say what would be sent and what it would cost, and send nothing')
  .option('--delete-extra', "after asking, move what is only in the bucket below the prefix into the bucket's trash")
  .option('-y, --yes', 'do not ask before --delete-extra deletes')
  .action((paths: string[], options: CommonOptions) => run(options, (session) => push(paths, options, session)))

withSelection(withCommon(program.command('watch <folder>')))
  .description('send what appears in a folder, until Ctrl+C')
  .option('--name <name>', 'of the collection; the name of the folder by default')
  .action((folder: string, options: CommonOptions) => run(options, (session) => watch(folder, options, session)))

withCommon(program.command('ls [prefix]'))
  .description('list objects and folders')
  .option('-r, --recursive', 'everything below, too')
  .action((prefix: string | undefined, options: CommonOptions) =>
    run(options, (session) => ls(prefix ?? '', options, session))
  )

withCommon(program.command('share <keys...>'))
  .description('make links')
  .option('--expires <time>', 'a signed link that opens so long: 15m, 1h, 7d')
  .addOption(new Option('--format <format>', 'how they are written').choices(linkFormats))
  .action((keys: string[], options: CommonOptions) => run(options, (session) => share(keys, options, session)))

withCommon(program.command('rm [keys...]'))
  .description("delete objects, and folders written with a / at the end, into the bucket's trash")
  .option('-y, --yes', 'do not ask')
  .option('--undo <word>', 'bring back what a deletion took')
  .action((keys: string[], options: CommonOptions) => run(options, (session) => rm(keys, options, session)))

withCommon(program.command('verify <collection>'))
  .description('look at every object of a collection, or of a folder, and say whether all of it has arrived')
  .option('--quick', 'trust what was proved before, without asking the bucket')
  .option('--save <file>', 'the receipt as a file: .json or .csv')
  .action((what: string, options: VerifyOptions) => run(options, (session) => verify(what, options, session)))

withCommon(program.command('status [folder]'))
  .description('what has been sent from here, and what is left; of a folder, what of it is in the bucket')
  .option('--prefix <prefix>', 'where the objects of the folder lie, if it is of no collection')
  .option('--all', 'name the files that are in the bucket, too')
  .action((folder: string | undefined, options: StatusOptions) =>
    run(options, (session) => status(folder ?? null, options, session))
  )

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort())

try {
  await program.parseAsync()
} catch (error) {
  exitStatus = tell(error)
}
// Not process.exit() at once: what was written to a pipe must arrive first. But nothing may hang a build for ever.
process.exitCode = exitStatus
setTimeout(() => process.exit(), EXIT_LIMIT_MS).unref()

function withCommon(command: Command): Command {
  return command
    .option('--json', 'one JSON object on the last line of standard output')
    .option('--account <name>', "one of the app's accounts, by name or id")
}

function withSelection(command: Command): Command {
  for (const option of selectionOptions()) command.addOption(option)
  return command
}

async function run(options: CommonOptions, act: (session: Session) => Promise<number>): Promise<void> {
  const { env, platform, stdout: out, stderr: err } = process
  exitStatus = await withEngine(options, { env, platform, streams: { out, err }, signal: stop.signal }, act)
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage // it has said why
  if (isAbort(error)) {
    process.stderr.write('Stopped. The same command goes on where this one ended.\n')
    return EXIT.failed
  }
  if (error instanceof AppError && error.code === 'bad-request') {
    process.stderr.write(`${error.message}\n`)
    return EXIT.usage
  }
  const problem = toProblem(error)
  process.stderr.write(`${problemSentence(problem, null)}\n${problem.detail}\n`)
  return EXIT.failed
}

function presetIds(): string {
  return presets.map(({ id }) => id).join(', ')
}

function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function HELP(): string {
  return `
Accounts come from the app's settings, or from the environment:
  R2_ACCOUNT_ID or R2_ENDPOINT   where the bucket is
  R2_ACCESS_KEY_ID, R2_SECRET_ACCESS_KEY, R2_BUCKET_NAME
  R2_PUBLIC_BASE_URL             for public links
  R2_MOCK_MODE=true              the local R2 on this computer
  SILVERDROP_SECRET_ACCESS_KEY   the secret of an account of the app's
  SILVERDROP_HOME                where catalog and settings are kept

Exit status: 0 done, 1 something failed, 2 used wrongly.`
}
