import type { Statements, Store } from '../../core/src/store/store.ts'

/** One call of a port. */
export interface PortCall {
  readonly port: string
  readonly method: string
  readonly args: readonly unknown[]
}

/** Sees a call and makes it, or does something else. */
export type Tap = (call: PortCall, run: () => unknown) => unknown

/** A port of which every call goes through the tap. */
export function tapped<Port extends object>(port: string, target: Port, tap: Tap): Port {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) =>
        tap({ port, method: String(name), args }, () => Reflect.apply(value, of, args))
    },
  })
}

/** A store of which every statement goes through the tap, those inside transactions too. */
export function tappedStore(store: Store, tap: Tap): Store {
  const inside: Store = {
    ...store,
    transaction: (budgetMs, work) =>
      store.transaction(budgetMs, (tx: Statements) => work(tapped('store', tx, tap))),
  }
  return tapped('store', inside, tap)
}
