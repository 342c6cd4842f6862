import { AppId, EventId, GrantId, Principal, systemPlatform } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import { exportJWK, generateKeyPair } from 'jose'
import { createReceipts } from './bookings/receipts.ts'
import type { Core } from './context.ts'
import { putEvent } from './events/put-event.ts'
import { syncSeats } from './events/sync-seats.ts'
import { simulatedProvider } from './payments/simulated.ts'
import { rebuildInventory } from './reconcile/rebuild.ts'
import { openSqliteStore } from './store/sqlite.ts'
import { unobserved } from './telemetry/observe.ts'

/** For tests: an inventory that agrees with everybody and does nothing. The store must not need it. */
export const yesInventory = (nowMs = () => Date.now()): Inventory => {
  const say =
    (word: string, more = {}) =>
    async () =>
      ({ word, nowMs: nowMs(), ...more }) as never
  return {
    hold: say('not_ready'),
    extend: say('not_ready'),
    release: say('not_ready'),
    pin: say('not_ready'),
    read: say('not_ready'),
    reassign: say('not_ready'),
    owned: say('not_ready'),
    holders: say('not_ready'),
    apply: say('applied'),
    configure: say('configured'),
    due: say('due', { epoch: 1, hasIdle: false, holds: [] }),
    sweep: say('swept'),
    forget: say('forgotten'),
    load: say('loaded'),
    publish: say('published'),
    snapshot: say('not_ready'),
    check: say('not_ready'),
    mend: say('mended'),
    changesSince: say('changes', { newestVer: 0, changes: [] }),
    keepReceipt: say('kept'),
    receipt: say('absent'),
    revoke: say('revoked'),
    revocations: say('revocations', { isWhole: true, count: 0, told: [] }),
  }
}

/** For tests: core on a store in memory, with one app and one event of 20 seats at 4500. */
export async function testCore(
  overrides: Partial<Core> = {},
  eventId = EventId.parse('theatre'),
  appId = AppId.parse('app_test'),
) {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const store = overrides.store ?? (await openSqliteStore({ path: ':memory:' }))
  const platform = overrides.platform ?? systemPlatform
  const core: Core = {
    store,
    inventory: yesInventory(),
    platform,
    findProvider: (name) => (name === 'simulated' ? simulatedProvider(platform) : null),
    receipts: await createReceipts(await exportJWK(privateKey), platform),
    log: () => {},
    observe: unobserved,
    rebuildWaitMs: 0,
    ...overrides,
  }
  await store.insert(appId, 'apps', {
    appId,
    name: 'Test',
    domain: 'EVENT',
    active: true,
    allowedOrigins: [],
    allowedDomains: [],
    allowNoOrigin: false,
    browserVouching: false,
    paymentProvider: 'simulated',
    paymentAccount: 'default',
    botMode: 'off',
    addressBudget: 'enforce',
    clientNetworks: [],
    rateLimits: {
      userPerSecond: 10,
      clientPerSecond: 100,
      appPerSecond: 1000,
      unpaidOrdersPerHour: 20,
      freeSeatsPerDay: 40,
    },
    eventDefaults: {},
    buyersKeptDays: null,
    buyersForgottenTo: '',
    metadata: '{}',
    cursor: appId,
    createdAt: new Date(platform.now()),
  })
  const input = {
    name: 'Theatre',
    currency: 'EUR',
    sale: 'open',
    holdTtlMs: 60_000,
    holdLifetimeMs: 120_000,
    seatsHeldPerOwner: 20,
  } as const
  await putEvent(core, { appId, eventId, input })
  const seats = Array.from({ length: 20 }, (_, i) => ({ id: `A-${i + 1}` as never, price: 4500 }))
  await syncSeats(core, { appId, eventId, seats })
  return { core, appId, eventId }
}

/** For tests: builds an inventory anew that was found gone or broken just now. */
export async function rebuildNow(core: Core, { appId, eventId }: EventRef): Promise<void> {
  const event = await core.store.get(appId, 'events', { eventId })
  if (event) await rebuildInventory(core, { ...event, isBroken: true })
}

/** For tests: the n-th grant of an event, and its owner. */
export const grantId = (n: number): GrantId => GrantId.parse(`hold_${String(n).padStart(22, '0')}.1.${n}`)
export const owner = (n: number): Principal => Principal.parse(`guest:g${n}`)
