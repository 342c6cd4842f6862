import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import {
  AppId,
  Currency,
  DefaultProvider,
  EventId,
  isCurrency,
  noCurrency,
  PaymentAccount,
} from '@holdfast/contract'
import { Command, Option } from 'commander'
import * as z from 'zod'
import { type Resolution, resolutions } from '../moving-in/sold-twice.ts'
import { openStore } from '../store/open.ts'
import { importStore } from '../store/transfer/import-store.ts'
import { moveFrom, type Predecessor, predecessors, type Source } from './move-in.ts'
import { readBy, shownUrl, storeOption } from './options.ts'
import { showProgress } from './progress.ts'

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })

/** Works with a file that can be read again: standard input is kept in one until then. */
async function withFile<Result>(file: string, work: (path: string) => Promise<Result>): Promise<Result> {
  if (file !== '-') return work(file)
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-import-'))
  try {
    const path = join(folder, 'stdin')
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }))
    return await work(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function importFrom(file: string, url: string, quiet: boolean): Promise<string> {
  const store = await openStore(url)
  const shown = showProgress({ quiet })
  try {
    const done = await withFile(file, (path) =>
      importStore(store, () => linesOf(path), new Date(), shown.phase),
    )
    return done.word === 'already'
      ? `${shownUrl(url)} has it already; nothing was changed`
      : `${shownUrl(url)} has all ${done.count} documents, as the file has them`
  } finally {
    shown.end()
    await store.close()
  }
}

interface Options {
  readonly store: string
  readonly quiet: boolean
  readonly from?: Predecessor
  readonly dryRun: boolean
  readonly currency: string
  readonly app?: AppId
  readonly event?: EventId
  readonly serverKeys?: readonly AppId[]
  readonly resolve?: Resolution
  readonly paymentProvider?: DefaultProvider
  readonly paymentAccount?: string
}

/** Which predecessors an option is for; `holdfast export` said all there is to say. */
const optionsOf: Readonly<Record<string, readonly Predecessor[]>> = {
  dryRun: predecessors,
  currency: predecessors,
  app: ['tickets'],
  event: ['tickets'],
  serverKeys: ['unified'],
  resolve: ['unified'],
  paymentProvider: ['unified'],
  paymentAccount: ['unified'],
}

/** Refuses what would have no effect: a dry run that is none. */
function checkOptions(command: Command, from: Predecessor | undefined): void {
  for (const option of command.options) {
    const name = option.attributeName()
    const takers = optionsOf[name]
    const isGiven = command.getOptionValueSource(name) === 'cli'
    if (takers && isGiven && !takers.some((taker) => taker === from))
      command.error(`error: ${option.long} is for --from ${takers.join(' and --from ')}`)
  }
}

/** What the options say of whose files they are. */
function sourceOf(command: Command, from: Predecessor, options: Options): Source {
  const { currency, app: appId, event: eventId, resolve: resolution, paymentProvider: payment } = options
  if (from === 'tickets') {
    if (appId === undefined || eventId === undefined)
      return command.error('error: --from tickets needs --app and --event, what the seats become')
    return { from, currency, appId, eventId }
  }
  const { paymentAccount, serverKeys } = options
  const said = { from, currency, resolution, serverKeys }
  if (paymentAccount === undefined) return { ...said, payment }
  if (payment === undefined) return command.error('error: --payment-account needs --payment-provider')
  return { ...said, payment: { ...payment, paymentAccount } }
}

/** `app_1,app_2` */
const AppIds = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(AppId))

const only = (name: Predecessor, what: string) => `with --from ${name}: ${what}`

/** `holdfast import` */
export const importCommand = (): Command =>
  new Command('import')
    .description(
      'puts an export into an empty store: all of it or nothing, compared afterwards; ' +
        'with --from, brings a predecessor’s data into a store in use, and changes nothing that is there',
    )
    .argument(
      '<file>',
      'what holdfast export wrote, or - for standard input; with --from, a folder of mongoexport files',
    )
    .addOption(storeOption())
    .option('-q, --quiet', 'show no progress', false)
    .addOption(
      new Option('--from <predecessor>', 'whose mongoexport files the folder has').choices(predecessors),
    )
    .option('--dry-run', 'with --from: tell what would come of it, and write nothing', false)
    .addOption(
      new Option('--currency <code>', 'with --from: what its prices are in')
        .argParser(readBy(Currency.refine(isCurrency, noCurrency)))
        .default('INR'),
    )
    .option('--app <id>', only('tickets', 'the app that it becomes'), readBy(AppId))
    .option('--event <id>', only('tickets', 'the event that it becomes'), readBy(EventId))
    .option(
      '--server-keys <app,...>',
      only('unified', 'the apps whose key no page has: it may do what a server may'),
      readBy(AppIds),
    )
    .addOption(
      new Option(
        '--resolve <which>',
        only('unified', 'of several bookings of one seat, bring in the first that was made, or none'),
      ).choices(resolutions),
    )
    .addOption(
      new Option(
        '--payment-provider <provider>',
        only('unified', 'who takes the money of its apps, such as razorpay or razorpay:account'),
      )
        .env('UNIFIED_DEFAULT_PROVIDER')
        .argParser(readBy(DefaultProvider)),
    )
    .option(
      '--payment-account <name>',
      only('unified', 'which account of that provider'),
      readBy(PaymentAccount),
    )
    .action(async (file: string, options: Options, command: Command) => {
      const { from, store: url, quiet } = options
      checkOptions(command, from)
      const told =
        from === undefined
          ? await importFrom(file, url, quiet)
          : await moveFrom(sourceOf(command, from, options), file, options)
      console.log(told)
    })
