import { Command } from 'commander'
import { type Migrated, migrateStore } from '../store/formats/migrate.ts'
import { currentFormat } from '../store/formats/steps.ts'
import { lostWithThePod, openRawStore } from '../store/open.ts'
import { shownUrl, storeOption } from './options.ts'
import { showProgress } from './progress.ts'

async function migrate(url: string, quiet: boolean): Promise<Migrated> {
  if (process.env.REFUSE_SQLITE === '1' && url.startsWith('sqlite:'))
    throw new Error(`the store ${lostWithThePod}`)
  const store = await openRawStore(url)
  const shown = showProgress({ quiet })
  try {
    return await migrateStore(store, { now: () => new Date(), phase: shown.phase })
  } finally {
    shown.end()
    await store.close()
  }
}

function told(url: string, { from, copy }: Migrated): string {
  const has = `${shownUrl(url)} has all collections and indexes of format ${currentFormat}`
  if (from === null || from === currentFormat) return has
  return `${has}; it had format ${from}${copy === null ? '' : `, and ${copy} is a copy from before`}`
}

/** `holdfast migrate` */
export const migrateCommand = (): Command =>
  new Command('migrate')
    .description(
      'brings a store of an older format to that of this version (stop every core before, and back up a MongoDB; a ' +
        'SQLite file is copied beside), and makes the collections and indexes that a store lacks; run it before a new ' +
        'version serves',
    )
    .addOption(storeOption())
    .option('-q, --quiet', 'show no progress', false)
    .action(async ({ store: url, quiet }: { store: string; quiet: boolean }) => {
      console.log(told(url, await migrate(url, quiet)))
    })
