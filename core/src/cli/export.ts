import { once } from 'node:events'
import { open, rename, rm } from 'node:fs/promises'
import { Command } from 'commander'
import { openStore } from '../store/open.ts'
import { everyApp, type Store } from '../store/store.ts'
import { countAll, exportStore } from '../store/transfer/export-store.ts'
import { shownUrl, storeOption } from './options.ts'
import { showProgress } from './progress.ts'

type Lines = AsyncIterable<string>

/** The file is whole under its own name, or not there, and its owner's alone: it has hashes, addresses and secrets. */
async function writeFile(path: string, lines: Lines): Promise<void> {
  const part = `${path}.part`
  await rm(part, { force: true })
  const file = await open(part, 'wx', 0o600)
  try {
    for await (const line of lines) await file.write(`${line}\n`)
    await file.sync()
    await file.close()
    await rename(part, path)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(part, { force: true })
    throw error
  }
}

/** Writes lines to standard output, as fast as somebody reads them. */
export async function print(lines: Lines): Promise<void> {
  for await (const line of lines) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
}

async function exportTo(store: Store, file: string, quiet: boolean): Promise<void> {
  const shown = showProgress({ quiet })
  try {
    const progress = shown.phase('reading', await countAll(store, everyApp))
    const lines = exportStore(store, new Date(), progress)
    await (file === '-' ? print(lines) : writeFile(file, lines))
  } finally {
    shown.end()
  }
}

/** `holdfast export` */
export const exportCommand = (): Command =>
  new Command('export')
    .description('copies a store, as of one moment, into a file of one JSON document a line, with checksums')
    .argument('<file>', 'where to, or - for standard output')
    .addOption(storeOption())
    .option('-q, --quiet', 'show no progress', false)
    .action(async (file: string, { store: url, quiet }: { store: string; quiet: boolean }) => {
      const store = await openStore(url)
      try {
        await exportTo(store, file, quiet)
        if (file !== '-') console.log(`${shownUrl(url)} is in ${file}`)
      } finally {
        await store.close()
      }
    })
