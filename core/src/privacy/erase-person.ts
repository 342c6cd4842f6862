import {
  type AppId,
  dayMs,
  type Erasure,
  erasedAgainMs,
  erasureKeptDays,
  erasuresPerRound,
  Problem,
  personAppsPerRead,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { cursorAt } from '../cursor.ts'
import { everyApp, poolScope, type Statements, type Store } from '../store/store.ts'
import { forgetCodes } from '../users/codes.ts'
import { forgetClients } from '../users/login-attempts.ts'
import { revoke, tellNow } from '../users/revocations.ts'
import { endEvery } from '../users/sessions.ts'
import type { Person } from './person.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

const transactionMs = 5_000
/** A booking of a person says no more who that is. */
const nobody = { buyerName: null, buyerEmail: null }

/**
 * Takes name and addresses of a person out of everything: the account, and the bookings that have them. What was sold, paid and signed
 * stays under the person's id. What is being confirmed at this moment may still write a name: that goes two minutes later
 * (`finishErasures`). Safe to repeat.
 *
 * @throws Problem `not_found`: there is no such account.
 */
export async function erasePerson(ctx: Context, { owner, scope, userId }: Person): Promise<Erasure> {
  const { store, platform } = ctx
  const now = new Date(platform.now())
  const ownerScope = scope === everyApp ? poolScope : scope
  const times = {
    createdAt: now,
    dueAt: new Date(now.getTime() + erasedAgainMs),
    expiresAt: new Date(now.getTime() + erasureKeptDays * dayMs),
  }
  const email = userId === null ? null : await emailOf(store, userId)
  await store.transaction(transactionMs, async (tx) => {
    if (userId !== null) await eraseAccount(tx, userId, ctx)
    else if (owner.startsWith('guest:')) await revoke(tx, owner, platform)
    await tx.putIf(
      ownerScope,
      'erasures',
      { appId: ownerScope, person: owner, isWhole: scope === everyApp, ...times },
      {},
    )
  })
  if (email !== null) {
    await forgetCodes(ctx, email)
    await forgetClients(ctx, email)
  }
  await tellNow(ctx)
  await blank(store, { owner, scope }, now)
  return { person: owner, erasedAt: now.toISOString() }
}

async function emailOf(store: Pick<Store, 'get'>, userId: string): Promise<string> {
  const user = await store.get(poolScope, 'users', { userId })
  if (!user) throw new Problem('not_found')
  return user.email
}

/** What is left is an id under which nobody signs in. */
async function eraseAccount(tx: Statements, userId: string, { platform }: Context): Promise<void> {
  const set = {
    // An address that is none, and of this account alone.
    email: `erased:${userId}`,
    emailVerified: false,
    name: 'Erased',
    phone: null,
    passwordHash: '',
    active: false,
    deactivatedAt: new Date(platform.now()),
  }
  await tx.updateIf(poolScope, 'users', { userId }, { set })
  await endEvery(tx, userId, platform)
}

/** Blanks what was sold to a person until a time: what they are sold later is another matter. */
async function blank(
  store: Pick<Store, 'find' | 'updateIf'>,
  { owner, scope }: Pick<Person, 'owner' | 'scope'>,
  until: Date,
): Promise<void> {
  // Of its last millisecond too.
  const cursor = { lt: cursorAt(new Date(until.getTime() + 1)) }
  const apps = scope === everyApp ? await appsOf(store, owner) : [scope]
  for (const appId of apps) await store.updateIf(appId, 'bookings', { owner, cursor }, { set: nobody })
}

/** The apps that have sold to somebody. */
async function appsOf(store: Pick<Store, 'find'>, owner: Person['owner']): Promise<Set<AppId>> {
  const apps = new Set<AppId>()
  for (let after = ''; ; ) {
    const filter = { owner, cursor: { gt: after } }
    const page = await store.find(everyApp, 'bookings', filter, {
      orderBy: 'cursor',
      limit: personAppsPerRead,
    })
    for (const { appId } of page) apps.add(appId)
    const last = page.at(-1)
    if (!last || page.length < personAppsPerRead) return apps
    after = last.cursor
  }
}

/** Looks once more at whom somebody has erased a while ago: by then every confirm that was under way is decided. */
export async function finishErasures({ store, platform }: Pick<Core, 'store' | 'platform'>): Promise<void> {
  const due = { dueAt: { lte: new Date(platform.now()) } }
  const oldest = { orderBy: 'dueAt', limit: erasuresPerRound } as const
  for (const { appId, person, isWhole, dueAt } of await store.find(everyApp, 'erasures', due, oldest)) {
    await blank(store, { owner: person, scope: isWhole ? everyApp : appId }, dueAt ?? new Date(0))
    await store.updateIf(appId, 'erasures', { person, dueAt }, { set: { dueAt: null } })
  }
}
