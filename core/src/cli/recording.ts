import { dayMs, systemPlatform } from '@holdfast/contract'
import { auditedStore } from '../audit-log/audited-store.ts'
import { AuditLogKeptDays } from '../env.ts'
import { retentionDefault } from '../retention.ts'
import type { Store } from '../store/store.ts'

/** What a command works with that leaves entries in the audit log, kept as long as those of core where the setting is its own. */
export function recordingOn(store: Store) {
  const days = AuditLogKeptDays.safeParse(process.env.AUDIT_LOG_KEPT_DAYS)
  if (!days.success) throw new Error(`AUDIT_LOG_KEPT_DAYS: ${days.error.issues[0]?.message}`)
  return {
    store: auditedStore(store),
    platform: systemPlatform,
    retention: { ...retentionDefault, auditLogMs: days.data * dayMs },
  }
}
