import type { Platform } from '@holdfast/contract'
import type { CoreClient } from './core-client.ts'
import type { EventReader } from './event-reader.ts'
import type { Flights } from './flights.ts'
import type { ClientNames } from './hold-clients.ts'
import type { IntentNames } from './hold-key.ts'
import type { LockReader } from './holders.ts'
import type { adminAuth, adminOrigin } from './middleware/admin-auth.ts'
import type { appAuth, secretKey } from './middleware/app-auth.ts'
import type { BotCheck } from './middleware/bot-check.ts'
import type { guestLimit } from './middleware/guest-limit.ts'
import type { Enforce, rateLimit } from './middleware/rate-limit.ts'
import type { userAuth } from './middleware/user-auth.ts'
import type { CorePort } from './ports.ts'
import type { Probes } from './probes.ts'
import type { Revocations } from './revocations.ts'
import type { InventoryFor } from './telemetry/observed-inventory.ts'
import type { VerdictCache } from './verdict-cache.ts'

/** What stands before a route. Each is named by whom it lets in, or by what it counts. */
export interface Guards extends ReturnType<typeof userAuth>, ReturnType<typeof rateLimit> {
  readonly app: ReturnType<typeof appAuth>
  readonly secretKey: typeof secretKey
  readonly admin: ReturnType<typeof adminAuth>
  readonly adminOrigin: ReturnType<typeof adminOrigin>
  readonly guests: ReturnType<typeof guestLimit>
}

/** What the routes work with. Each takes the part it needs. */
export interface Services extends ClientNames {
  readonly guards: Guards
  readonly platform: Platform
  readonly inventory: InventoryFor
  readonly core: CoreClient
  readonly corePort: CorePort
  readonly events: EventReader
  readonly locks: LockReader
  readonly flights: Flights
  readonly intents: IntentNames
  readonly enforce: Enforce
  readonly botCheck: BotCheck
  readonly verdicts: VerdictCache
  readonly probes: Probes
  readonly revocations: Revocations
}
