import { AppId, auditEntriesPerRead, emailKey, Time } from '@holdfast/contract'
import { Command } from 'commander'
import { OtherAdmins } from '../administration/settings.ts'
import { cursorsIn, entryViewer } from '../audit-log/read-audit-log.ts'
import { openStore } from '../store/open.ts'
import { everyApp, type ReadScope, type Store } from '../store/store.ts'
import { print } from './export.ts'
import { readBy, storeOption } from './options.ts'
import { showProgress } from './progress.ts'

interface Options {
  readonly store: string
  readonly quiet: boolean
  readonly app?: AppId
  readonly from?: string
  readonly to?: string
}

interface Asked {
  readonly scope: ReadScope
  readonly range: ReturnType<typeof cursorsIn>
}

/** The admins as core has them, if this is where core runs. */
function adminsIn({ ADMIN_EMAIL, ADMIN_USERNAME = ADMIN_EMAIL, ADMINS }: NodeJS.ProcessEnv): string[] {
  const first = ADMIN_USERNAME === undefined ? [] : [emailKey(ADMIN_USERNAME)]
  return [...first, ...(OtherAdmins.safeParse(ADMINS).data ?? []).map(({ name }) => name)]
}

/** Each entry as a line of JSON, the oldest first. */
async function* linesOf(
  store: Store,
  { scope, range }: Asked,
  progress: (done: number) => void,
): AsyncIterable<string> {
  const view = entryViewer({ admins: adminsIn(process.env) })
  const options = { orderBy: 'cursor', limit: auditEntriesPerRead } as const
  let done = 0
  for (let after = ''; ; ) {
    const found = await store.find(scope, 'auditLog', { cursor: { ...range, gt: after } }, options)
    for (const entry of found) yield JSON.stringify(view(entry))
    done += found.length
    progress(done)
    if (found.length < auditEntriesPerRead) return
    after = found.at(-1)?.cursor ?? ''
  }
}

async function exportLog(store: Store, { quiet, app, ...times }: Options): Promise<void> {
  const asked: Asked = { scope: app ?? everyApp, range: cursorsIn(times) }
  const shown = showProgress({ quiet })
  try {
    const total = await store.count(asked.scope, 'auditLog', { cursor: asked.range })
    await print(linesOf(store, asked, shown.phase('reading', total)))
  } finally {
    shown.end()
  }
}

/** `holdfast audit-log` */
export const auditLogCommand = (): Command =>
  new Command('audit-log')
    .description(
      'prints who changed what, one JSON document a line, the oldest first (the chain of receipts is `holdfast audit`)',
    )
    .addOption(storeOption())
    .option('--from <time>', 'from this time on', readBy(Time))
    .option('--to <time>', 'before this time', readBy(Time))
    .option('--app <id>', 'what was changed of this app only', readBy(AppId))
    .option('-q, --quiet', 'show no progress', false)
    .action(async (options: Options) => {
      const store = await openStore(options.store)
      try {
        await exportLog(store, options)
      } finally {
        await store.close()
      }
    })
