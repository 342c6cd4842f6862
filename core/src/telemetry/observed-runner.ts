import type { ScriptRunner } from '@holdfast/inventory'
import type { Observe } from './observe.ts'

/** A runner of scripts that is looked on, script by script. */
export const observedRunner = (runner: ScriptRunner, observe: Observe): ScriptRunner => ({
  run: (script, keys, args) => observe({ kind: 'redis', name: script }, () => runner.run(script, keys, args)),
})
