import { describe } from 'vitest'
import type { OpenStore } from '../bookings/testing.ts'
import { announcementsSuite } from './announcements.suite.ts'
import { deliveriesSuite } from './deliveries.suite.ts'
import { endpointsSuite } from './endpoints.suite.ts'
import { queuesSuite } from './queues.suite.ts'
import { replaysSuite } from './replays.suite.ts'

/** What outgoing webhooks guarantee, on any store: each test opens an empty one. */
export function webhooksSuite(name: string, open: OpenStore): void {
  describe(name, () => {
    announcementsSuite(open)
    deliveriesSuite(open)
    queuesSuite(open)
    replaysSuite(open)
    endpointsSuite(open)
  })
}
