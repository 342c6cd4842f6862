import { AppId, type AppInput, type CreatedApp, coreBudgetMs, newId, type Platform } from '@holdfast/contract'
import { cursorOf } from '../cursor.ts'
import type { FindProvider } from '../payments/provider.ts'
import type { AppDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { PasswordHasher } from '../users/passwords.ts'
import { appView } from './app-view.ts'
import { checkDefaults } from './check-defaults.ts'
import { checkProvider } from './check-provider.ts'
import { digestOf, makeKey } from './keys.ts'

interface Context {
  readonly store: Pick<Store, 'transaction'>
  readonly platform: Pick<Platform, 'now' | 'random'>
  readonly keyHasher: Pick<PasswordHasher, 'hash'>
  readonly findProvider: FindProvider
}

/** Creates an app with a key of each kind. Their texts are in this answer and nowhere else. */
export async function createApp(ctx: Context, input: AppInput): Promise<CreatedApp> {
  const { store, platform, keyHasher } = ctx
  checkProvider(ctx, input)
  checkDefaults(input, input.eventDefaults)
  const appId = AppId.parse(newId('app', platform.random))
  const createdAt = new Date(platform.now())
  const app: AppDoc = {
    ...input,
    appId,
    active: true,
    buyersForgottenTo: '',
    metadata: JSON.stringify(input.metadata),
    cursor: cursorOf(createdAt, appId),
    createdAt,
  }

  const publishable = makeKey('publishable', platform)
  const secret = makeKey('secret', platform)
  const keys = await Promise.all(
    [publishable, secret].map(async ({ kind, keyId, text }) => {
      const hash = await keyHasher.hash(text)
      const digest = digestOf(text)
      return { appId, keyId, kind, hash, digest, use: null, expiresAt: null, createdAt }
    }),
  )

  await store.transaction(coreBudgetMs, async (tx) => {
    await tx.insert(appId, 'apps', app)
    await tx.insert(appId, 'keys', keys)
  })
  return { app: appView(app), publishableKey: publishable.text, secretKey: secret.text }
}
