import { AppInput, type Platform, systemPlatform } from '@holdfast/contract'
import type { Store } from '../store/store.ts'
import { plainPasswords } from '../users/testing.ts'
import { createApp } from './create-app.ts'

/** For tests: apps on a store, with a clock that is moved by hand and a hasher that costs nothing. */
export function appsWorld(store: Store) {
  let nowMs = Date.UTC(2026, 10, 23, 12)
  const platform: Platform = { ...systemPlatform, now: () => nowMs }
  const { hasher: keyHasher, verified } = plainPasswords()
  const ctx = { store, platform, keyHasher, findProvider: () => null }
  return {
    ctx,
    store,
    verified,
    advance: (ms: number) => {
      nowMs += ms
    },
    create: (input: object = {}) => createApp(ctx, AppInput.parse({ name: 'Shop', ...input })),
  }
}
