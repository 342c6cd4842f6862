import { AppId, groupsPerTotalMax, pageSizeMax, systemPlatform } from '@holdfast/contract'
import { Command } from 'commander'
import type { JSONWebKeySet } from 'jose'
import { createReceipts } from '../bookings/receipts.ts'
import { OldReceiptKeys, ReceiptKey } from '../env.ts'
import { auditChain, type ChainAudit } from '../receipts/audit-chain.ts'
import { createVerifier } from '../receipts/verify-receipt.ts'
import { openStore } from '../store/open.ts'
import { everyApp, type Store } from '../store/store.ts'
import { jwksOption, readJwks } from './jwks.ts'
import { storeOption } from './options.ts'
import { showProgress } from './progress.ts'

interface Options {
  readonly store: string
  readonly quiet: boolean
  readonly app?: string
  readonly jwks?: string
}

async function keysOf(jwks: string | undefined): Promise<JSONWebKeySet> {
  if (jwks !== undefined) return readJwks(jwks)
  const key = ReceiptKey.safeParse(process.env.RECEIPT_KEY)
  const old = OldReceiptKeys.safeParse(process.env.RECEIPT_KEYS_OLD)
  if (!key.success || !old.success) {
    throw new Error('say --jwks, or set RECEIPT_KEY (and RECEIPT_KEYS_OLD) to those of core')
  }
  return (await createReceipts(key.data, systemPlatform, old.data)).jwks
}

/** The app that was named, or all that there are, and all that have a chain. */
async function appsOf(store: Store, named: string | undefined): Promise<ReadonlySet<AppId>> {
  if (named !== undefined) {
    const appId = AppId.safeParse(named)
    if (!appId.success || !(await store.get(appId.data, 'apps', {})))
      throw new Error(`there is no app ${named}`)
    return new Set([appId.data])
  }
  const chains = await store.total(everyApp, 'chain', {}, { by: ['appId'], limit: groupsPerTotalMax })
  const found = new Set(chains.map(({ group }) => group.appId))
  for (let cursor = ''; ; ) {
    const options = { orderBy: 'cursor', limit: pageSizeMax } as const
    const page = await store.find(everyApp, 'apps', { cursor: { gt: cursor } }, options)
    for (const { appId } of page) found.add(appId)
    if (page.length < pageSizeMax) return found
    cursor = page.at(-1)?.cursor ?? ''
  }
}

function lineOf({ appId, links, digest, broken }: ChainAudit): string {
  if (broken === null) return `${appId}: ${links} receipts, whole; the last link is ${digest}`
  const { n, bookingId, reason } = broken
  const where = [n === null ? [] : [`link ${n}`], bookingId === null ? [] : [`booking ${bookingId}`]].flat()
  return `${appId}: BROKEN at ${where.join(', ')}: ${reason}`
}

async function audit(store: Store, { app, jwks, quiet }: Options): Promise<ChainAudit[]> {
  const ctx = { store, platform: systemPlatform, verify: createVerifier(await keysOf(jwks)) }
  const apps = await appsOf(store, app)
  const counts = [...apps].flatMap((appId) => [
    store.count(appId, 'chain', {}),
    store.count(appId, 'bookings', {}),
  ])
  const total = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  const shown = showProgress({ quiet })
  try {
    const progress = shown.phase('auditing', total)
    let done = 0
    const audits: ChainAudit[] = []
    for (const appId of apps) {
      const audited = await auditChain(ctx, appId, (documents) => {
        done += documents
        progress(done)
      })
      audits.push(audited)
    }
    return audits
  } finally {
    shown.end()
  }
}

/** `holdfast audit` */
export const auditCommand = (): Command =>
  new Command('audit')
    .description(
      'follows the chain of receipts of every app, link by link, and names the first that is wrong: ' +
        'a receipt or a booking that was changed, a link that is missing, a booking without one',
    )
    .addOption(storeOption())
    .addOption(jwksOption())
    .option('--app <id>', 'this app only')
    .option('-q, --quiet', 'show no progress', false)
    .action(async (options: Options) => {
      const store = await openStore(options.store)
      try {
        const audits = await audit(store, options)
        for (const audited of audits) console.log(lineOf(audited))
        const broken = audits.filter((audited) => audited.broken !== null).length
        if (broken > 0) throw new Error(`${broken} of ${audits.length} chains are broken`)
      } finally {
        await store.close()
      }
    })
