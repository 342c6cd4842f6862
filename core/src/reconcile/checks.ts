import { checkNotedEveryMs } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import type { Core } from '../context.ts'

/** What a comparison of an inventory with the store has found. */
interface Found {
  readonly differing: number
  readonly lacks: readonly string[]
}

/** Writes down for the operator what a comparison found, and only now and then that it found nothing. */
export function createChecks({ store, platform }: Pick<Core, 'store' | 'platform'>) {
  const notedAtMs = new Map<string, number>()
  return async ({ appId, eventId }: EventRef, { differing, lacks }: Found): Promise<void> => {
    const key = `${appId}/${eventId}`
    const nowMs = platform.now()
    const isClean = differing === 0 && lacks.length === 0
    if (isClean && nowMs < (notedAtMs.get(key) ?? 0) + checkNotedEveryMs) return
    const before = await store.get(appId, 'checks', { eventId })
    const checkedAt = new Date(nowMs)
    const mended = (before?.mended ?? 0) + differing
    const mendedAt = isClean ? (before?.mendedAt ?? null) : checkedAt
    const check = { appId, eventId, checkedAt, differing, lacked: [...lacks], mended, mendedAt }
    await store.putIf(appId, 'checks', check, {})
    notedAtMs.set(key, nowMs)
  }
}
