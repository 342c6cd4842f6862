import {
  type AppInput,
  AppPatch,
  AppView,
  CreatedApp,
  type DefaultProvider,
  NumberedAppPage,
  type Openly,
  Problem,
  RotatedKey,
  type RotateKeyRequest,
} from '@holdfast/contract'
import type * as z from 'zod'
import { type Caller, type CoreCall, type CoreClient, jsonBytes } from '../../core-client.ts'
import { numberedPath } from './pages.ts'
import type { AppChange, PagesQuery, RotateRequest } from './requests.ts'

/** What the console's routes ask core about apps. */
export function createAppCalls(core: CoreClient) {
  const ask = async <Schema extends z.ZodType>(
    method: CoreCall['method'],
    path: string,
    reply: Schema,
    caller: Caller,
    body?: object,
  ): Promise<Openly<z.output<Schema>>> => {
    const bytes = body && jsonBytes(body)
    return (await core.ask(reply, { method, path, caller, ...(bytes && { body: bytes }) })).value
  }

  return {
    ask,

    /**
     * An app of the console sells at once: at the operator's account, or else with simulated payments where core allows those.
     * Never at an account merely because there is one: that is somebody's money. Otherwise its server answers for its
     * payments, until the operator has said more.
     */
    create: async (
      input: AppInput,
      defaultProvider: DefaultProvider | undefined,
      caller: Caller,
    ): Promise<Openly<CreatedApp>> => {
      const create = (payment: Partial<AppInput>) =>
        ask('POST', '/v1/admin/apps', CreatedApp, caller, { ...input, ...payment })
      if (defaultProvider) return create(defaultProvider)
      try {
        return await create({ paymentProvider: 'simulated' })
      } catch (error) {
        const isNotAllowed =
          error instanceof Problem && error.extras.errors?.some(({ path }) => path === 'paymentProvider')
        if (!isNotAllowed) throw error
        return create({ paymentProvider: 'external' })
      }
    },

    read: (appId: string, caller: Caller) => ask('GET', `/v1/admin/apps/${appId}`, AppView, caller),

    /** A page of those that match, and how many they are. */
    list: (page: PagesQuery, filter: Record<string, string>, caller: Caller) =>
      ask('GET', numberedPath('apps', page, filter), NumberedAppPage, caller),

    /** What is said of `metadata` is put to what is there, field by field. */
    change: async (
      appId: string,
      { isActive, metadata, ...rest }: z.infer<typeof AppChange>,
      caller: Caller,
    ) => {
      const path = `/v1/admin/apps/${appId}`
      const before = metadata && (await ask('GET', path, AppView, caller))
      const patch = AppPatch.parse({
        ...rest,
        ...(isActive !== undefined && { active: isActive }),
        ...(before && { metadata: { ...before.metadata, ...metadata } }),
      })
      return ask('PATCH', path, AppView, caller, patch)
    },

    /** A key of the kind that the predecessor gave: its holder says which app it is of, and the operator who that is. */
    rotate: (appId: string, caller: Caller, { newApiKey: key, use }: z.infer<typeof RotateRequest>) => {
      const request: RotateKeyRequest = {
        kind: 'legacy',
        overlapSeconds: 0,
        ...(key !== undefined && { key }),
        ...(use !== undefined && { use }),
      }
      return ask('POST', `/v1/admin/apps/${appId}/keys/rotate`, RotatedKey, caller, request)
    },
  }
}
