import type { Core } from '@holdfast/core/src/context.ts'
import type { Provider } from '@holdfast/core/src/payments/provider.ts'
import { type Statements, type Store, StoreError } from '@holdfast/core/src/store/store.ts'

/** The steps of a request or of repair at which its process may end, in the words of the ports that it calls. */
export const steps = [
  'pin',
  'insert idempotency',
  'order',
  'insert orders',
  'insert payments',
  'look',
  'updateIf payments',
  'putIf reservations',
  'insert bookings',
  'insert outbox',
  'transaction',
  'capture',
  'void',
  'updateIf bookings',
  'updateIf seats',
  'insert refunds',
  'refund',
  'updateIf refunds',
  'insert cancellations',
  'insert providerEvents',
  'hold',
  'apply',
  'sweep',
  'updateIf outbox',
  'updateIf idempotency',
] as const
export type Step = (typeof steps)[number]

/** Where a process ends: the n-th time that it comes to a step, before the call or when it has had its effect. */
export interface Fate {
  readonly step: Step
  readonly nth: number
  readonly isAfter: boolean
  /** It only stalls there, and goes on when others have long carried on. */
  readonly resumes: boolean
}

/** A process that works with the ports of core. */
export interface Mortal {
  readonly core: Core
  /** Resolves when it has come to its end. */
  readonly fallen: Promise<void>
  isDown(): boolean
  /** Lets it go on from where it stopped. */
  resume(): void
}

/** Thrown inside the transaction of a process that ends: nobody commits it. */
class Ended extends Error {}

const statements = ['insert', 'get', 'find', 'count', 'total', 'updateIf', 'putIf', 'delete'] as const
const verbs = ['order', 'look', 'capture', 'void', 'refund'] as const
type Work = () => Promise<unknown>
type Through = (step: string, work: Work) => Promise<unknown>

/** Leads these methods of a port through `through`. */
const led = <Port extends object>(
  port: Port,
  names: readonly (keyof Port & string)[],
  through: (name: string, args: readonly unknown[], work: Work) => Promise<unknown>,
): Port => {
  const leads = names
    .filter((name) => typeof port[name] === 'function')
    .map((name) => {
      const method = port[name] as (...args: unknown[]) => Promise<unknown>
      return [name, (...args: unknown[]) => through(name, args, () => method.apply(port, args))]
    })
  return { ...port, ...Object.fromEntries(leads) }
}

/**
 * A process over the ports of `core` that ends as fated. From then on none of its calls is made and none of its answers
 * comes; what it had claimed and begun is left as it is, except an open transaction, which its store undoes.
 */
export function mortal(core: Core, fate: Fate | null): Mortal {
  const fallen = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  let down = false
  let left = fate?.nth ?? 0
  const fall = () => {
    down = true
    fallen.resolve()
  }
  const isHere = (step: string) => {
    if (down || fate?.step !== step) return false
    left -= 1
    return left === 0
  }
  const through: Through = async (step, work) => {
    if (down) await gate.promise
    const here = isHere(step)
    if (here && !fate?.isAfter) {
      fall()
      await gate.promise
    }
    const answer = await work().finally(() => here && fate?.isAfter && fall())
    if (down) await gate.promise
    return answer
  }

  const storeOf = (store: Store): Store => ({
    ...led(store, statements, (name, args, work) => through(`${name} ${args[1]}`, work)),
    transaction: (budgetMs, work) =>
      through('transaction', async () => {
        try {
          return await store.transaction(budgetMs, (tx) => work(insideOf(tx)))
        } catch (error) {
          if (!(error instanceof Ended)) throw error
          await gate.promise
          throw new StoreError('unavailable', 'the transaction was undone long ago')
        }
      }) as Promise<never>,
  })
  const insideOf = (tx: Statements): Statements =>
    led(tx, statements, async (name, args, work) => {
      if (isHere(`${name} ${args[1]}`)) fall()
      if (down) throw new Ended()
      return work()
    })
  const providerOf = (provider: Provider): Provider =>
    led(provider, verbs, (name, _, work) => through(name, work))

  return {
    core: {
      ...core,
      store: storeOf(core.store),
      inventory: led(core.inventory, Object.keys(core.inventory) as never, (name, _, work) =>
        through(name, work),
      ),
      findProvider: (name, account) => {
        const provider = core.findProvider(name, account)
        return provider && providerOf(provider)
      },
    },
    fallen: fallen.promise,
    isDown: () => down,
    resume: () => {
      down = false
      gate.resolve()
    },
  }
}
