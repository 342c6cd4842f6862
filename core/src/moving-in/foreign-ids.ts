import { type AppId, type EventId, entityEventId, foreignUserId, type Platform } from '@holdfast/contract'
import type { MappedId } from './legacy.ts'

/** The ids of what the predecessor's apps name in their own words, and which of them became others. */
export function createForeignIds(platform: Pick<Platform, 'sha256'>) {
  const events = new Map<string, EventId>()
  const mapped = new Map<string, MappedId>()
  const note = (one: MappedId) => {
    if (one.from !== one.to) mapped.set(`${one.kind} ${one.appId} ${one.to}`, one)
  }
  return {
    async eventOf(appId: AppId, entityId: string): Promise<EventId> {
      const eventId = events.get(entityId) ?? (await entityEventId(platform, entityId))
      events.set(entityId, eventId)
      note({ kind: 'entity', appId, from: entityId, to: eventId })
      return eventId
    },
    async userOf(appId: AppId, id: string): Promise<string> {
      const userId = await foreignUserId(platform, id)
      note({ kind: 'user', appId, from: id, to: userId })
      return userId
    },
    mapped: (): MappedId[] => [...mapped.values()],
  }
}
export type ForeignIds = ReturnType<typeof createForeignIds>
