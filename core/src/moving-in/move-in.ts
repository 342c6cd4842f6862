import { coreBudgetMs, EventInput, type SeatId } from '@holdfast/contract'
import { byCli } from '../audit-log/by-cli.ts'
import type { Receipts } from '../bookings/receipts.ts'
import type { Core } from '../context.ts'
import { putEvent } from '../events/put-event.ts'
import { syncSeats } from '../events/sync-seats.ts'
import { poolScope, StoreError } from '../store/store.ts'
import { hasSeat, type LegacyApp, LegacyError, type LegacySale, type LegacyUser } from './legacy.ts'
import { moveSale } from './move-sale.ts'
import type { Plan, PlannedEvent } from './plan.ts'

type Context = Pick<Core, 'store' | 'platform' | 'retention'> & { readonly receipts: Pick<Receipts, 'sign'> }

/** An app never stands without its key, whenever the work ends. The key's id says whose it is. */
async function moveApp({ store }: Context, { app, keyHash, use }: LegacyApp): Promise<void> {
  const { appId, createdAt } = app
  await store.transaction(coreBudgetMs, async (tx) => {
    await tx.insert(appId, 'apps', app)
    if (keyHash === null) return
    const key = { appId, keyId: `legacy_${appId}`, kind: 'legacy', hash: keyHash, digest: null, use } as const
    await tx.insert(appId, 'keys', { ...key, expiresAt: null, createdAt })
  })
}

/**
 * Seats that are sold are blocked until their booking is there: core may be selling meanwhile. They are blocked with the
 * very write that makes them, so that none is for sale when the work ends in between.
 */
async function moveEvent(
  ctx: Context,
  { event, isNew, seats }: PlannedEvent,
  sold: readonly SeatId[],
): Promise<void> {
  const { appId, eventId, name, currency, settings } = event
  if (isNew) await putEvent(ctx, { appId, eventId, input: EventInput.parse({ name, currency, ...settings }) })
  const blocked = new Set([...event.blocked, ...sold])
  if (seats.length > 0) await syncSeats(ctx, { appId, eventId, seats, blocked })
}

const usersPerInsert = 500

async function moveUsers({ store }: Context, users: readonly LegacyUser[], done: Done): Promise<void> {
  for (let from = 0; from < users.length; from += usersPerInsert) {
    const page = users.slice(from, from + usersPerInsert).map(({ user }) => user)
    await store.insert(poolScope, 'users', page)
    done(from + page.length)
  }
}

async function moveSales(ctx: Context, sales: readonly LegacySale[], done: Done): Promise<void> {
  let count = 0
  for (const group of Map.groupBy(sales, ({ appId, eventId }) => `${appId}/${eventId}`).values()) {
    const [first] = group
    const event = first && (await ctx.store.get(first.appId, 'events', { eventId: first.eventId }))
    if (!event) throw new LegacyError(`the event ${first?.eventId} is gone: run the same import again`)
    for (const sale of group) {
      await moveSale(ctx, event, sale)
      done(++count)
    }
  }
}

type Done = (count: number) => void

/** Shows long work. */
export type MovingProgress = (what: string, total: number | null) => Done

async function write(ctx: Context, plan: Plan, progress: MovingProgress): Promise<void> {
  const apps = progress('apps', plan.apps.length)
  for (const [at, app] of plan.apps.entries()) {
    const command = { operation: 'import', appId: app.app.appId }
    await byCli(ctx, command, () => moveApp(ctx, app))
    apps(at + 1)
  }
  await moveUsers(ctx, plan.users, progress('users', plan.users.length))
  const sold = Map.groupBy(plan.sales.filter(hasSeat), ({ appId, eventId }) => `${appId}/${eventId}`)
  const events = progress('events', plan.events.length)
  for (const [at, planned] of plan.events.entries()) {
    const { appId, eventId } = planned.event
    const ids = sold.get(`${appId}/${eventId}`)?.map(({ seat }) => seat.id) ?? []
    const command = { operation: 'import', appId, ids: { eventId } }
    await byCli(ctx, command, () => moveEvent(ctx, planned, ids))
    events(at + 1)
  }
  await moveSales(ctx, plan.sales, progress('bookings', plan.sales.length))
}

/**
 * Brings in what a plan has. It may end anywhere: the plan that is made then has the rest of it, and the store is the same
 * in the end. Core may serve meanwhile.
 * @throws LegacyError with what to do; Problem and StoreError as the use-cases that it calls.
 */
export async function moveIn(ctx: Context, plan: Plan, progress: MovingProgress): Promise<void> {
  try {
    await write(ctx, plan, progress)
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'duplicate') throw error
    throw new LegacyError('what is new here was made by somebody else meanwhile: run the same import again')
  }
}
