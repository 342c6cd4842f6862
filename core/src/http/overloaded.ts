import { overloadedRetrySeconds, Problem } from '@holdfast/contract'
import type { ShedReason } from '../telemetry/facts.ts'

/** Refused because it could not be answered in time; the caller is told to come again, an operator why. */
export class Overloaded extends Problem {
  readonly reason: ShedReason

  constructor(reason: ShedReason) {
    super('overloaded', {}, overloadedRetrySeconds)
    this.reason = reason
  }
}
