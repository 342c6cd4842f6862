import {
  type AppInput,
  AppPage,
  AppPatch,
  AppView,
  CreatedApp,
  type Openly,
  Problem,
  RotatedKey,
  type RotateKeyRequest,
  unifiedRowsMax,
} from '@holdfast/contract'
import type * as z from 'zod'
import type { Caller, CoreCall, CoreClient } from '../../core-client.ts'
import { firstRows } from './pages.ts'
import type { AppChange } from './requests.ts'

/** What the console's routes ask core about apps. */
export function createAppCalls(core: CoreClient) {
  const ask = async <Schema extends z.ZodType>(
    method: CoreCall['method'],
    path: string,
    reply: Schema,
    caller: Caller,
    body?: object,
  ): Promise<Openly<z.output<Schema>>> => {
    const bytes = body && new TextEncoder().encode(JSON.stringify(body))
    return (await core.ask(reply, { method, path, caller, ...(bytes && { body: bytes }) })).value
  }

  return {
    ask,

    /** It had one account of one provider; an installation without it leaves payments to the app's server. */
    create: async (input: AppInput, caller: Caller): Promise<Openly<CreatedApp>> => {
      const create = (paymentProvider: AppInput['paymentProvider']) =>
        ask('POST', '/v1/admin/apps', CreatedApp, caller, { ...input, paymentProvider })
      try {
        return await create('razorpay')
      } catch (error) {
        const isAbsent = (problem: Problem) =>
          problem.extras.errors?.some(({ path }) => path === 'paymentProvider' || path === 'paymentAccount')
        if (!(error instanceof Problem && isAbsent(error))) throw error
        return create('external')
      }
    },

    read: (appId: string, caller: Caller) => ask('GET', `/v1/admin/apps/${appId}`, AppView, caller),

    /** All that match, since their number is told too. */
    list: (filter: Record<string, string>, caller: Caller) =>
      firstRows(unifiedRowsMax, async (rows) => {
        const path = `/v1/admin/apps?${new URLSearchParams({ ...filter, ...rows })}`
        const { apps, nextCursor } = await ask('GET', path, AppPage, caller)
        return { rows: apps, nextCursor }
      }),

    change: (appId: string, { isActive, ...rest }: z.infer<typeof AppChange>, caller: Caller) => {
      const patch = AppPatch.parse({ ...rest, ...(isActive !== undefined && { active: isActive }) })
      return ask('PATCH', `/v1/admin/apps/${appId}`, AppView, caller, patch)
    },

    /** A key of the kind that the predecessor gave: its holder says which app it is of. */
    rotate: (appId: string, caller: Caller, key?: string) => {
      const request: RotateKeyRequest = {
        kind: 'legacy',
        overlapSeconds: 0,
        ...(key !== undefined && { key }),
      }
      return ask('POST', `/v1/admin/apps/${appId}/keys/rotate`, RotatedKey, caller, request)
    },
  }
}
