import { faultOf, headers, Problem, problemResponse } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import type { Context } from 'hono'
import { StoreError } from '../store/store.ts'
import { type CoreEnv, EdgeRefused } from './edge-assertion.ts'

/** The refusal that an error becomes. What is not foreseen becomes `internal_error`, and only the log says more. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof InventoryFault) return new Problem('dependency_unavailable', {}, 1)
  if (error instanceof StoreError) {
    if (error.code === 'outcome_unknown') return new Problem('outcome_unknown')
    if (error.code === 'unavailable') return new Problem('dependency_unavailable', {}, 1)
  }
  return new Problem('internal_error')
}

/** Ends a request that threw: the caller gets a catalogued problem, the log the name of the fault. */
export function onError(error: Error, c: Context<CoreEnv>): Response {
  const problem = problemOf(error)
  c.set('code', problem.code)
  if (!(error instanceof Problem)) c.set('fault', faultOf(error))
  const response = problemResponse(problem, c.get('claims')?.requestId)
  if (error instanceof EdgeRefused) response.headers.set(headers.edgeRefused, error.word)
  return response
}
