import { clockToleranceSeconds, deniedUsersMax, type Platform, userTokenTtlSeconds } from '@holdfast/contract'
import { poolScope, type Store } from '../store/store.ts'

interface Context {
  readonly store: Pick<Store, 'find'>
  readonly platform: Pick<Platform, 'now'>
}

/** A token that was made before is no token any more. */
const tokenLifeMs = (userTokenTtlSeconds + clockToleranceSeconds) * 1_000

/** Whom edges refuse by themselves: those who were deactivated last, while tokens of theirs may be about. */
export async function deniedUsers({ store, platform }: Context): Promise<string[]> {
  const since = new Date(platform.now() - tokenLifeMs)
  const users = await store.find(
    poolScope,
    'users',
    { active: false, deactivatedAt: { gte: since } },
    { orderBy: 'deactivatedAt', order: 'descending', limit: deniedUsersMax },
  )
  return users.map(({ userId }) => userId)
}
