import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { Command, Option } from 'commander'
import { openStore } from '../store/open.ts'
import { importStore } from '../store/transfer/import-store.ts'
import { type MoveOptions, moveFrom, type Predecessor, predecessors } from './move-in.ts'
import { shownUrl, storeOption } from './options.ts'
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

interface Options extends MoveOptions {
  readonly from?: Predecessor
}

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
    .option('--currency <code>', 'with --from: what its prices are in', 'INR')
    .option('--app <id>', 'with --from tickets: the app that it becomes')
    .option('--event <id>', 'with --from tickets: the event that it becomes')
    .action(async (file: string, { from, ...options }: Options) => {
      const { store: url, quiet } = options
      console.log(
        from === undefined ? await importFrom(file, url, quiet) : await moveFrom(from, file, options),
      )
    })
