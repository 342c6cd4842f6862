import { Command } from 'commander'
import { lostWithThePod, storeUrl } from '../store/open.ts'
import { shownUrl, storeOption } from './options.ts'

async function migrate(url: string): Promise<string> {
  if (process.env.REFUSE_SQLITE === '1' && url.startsWith('sqlite:'))
    throw new Error(`the store ${lostWithThePod}`)
  if (url.startsWith('sqlite:')) return 'nothing to do: a SQLite file is laid out when it is opened'
  if (!storeUrl.test(url)) throw new Error('a store is sqlite:<path>, mongodb://... or mongodb+srv://...')
  const { migrateMongo } = await import('../store/mongo/migrate.ts')
  await migrateMongo({ url })
  return `${shownUrl(url)} has its collections and indexes`
}

/** `holdfast migrate` */
export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('makes the collections and indexes that a store lacks; run it before a new version serves')
    .addOption(storeOption())
    .action(async ({ store: url }: { store: string }) => {
      console.log(await migrate(url))
    })
