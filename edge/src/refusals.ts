import { faultOf, Problem, problemResponse } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { HTTPException } from 'hono/http-exception'
import type { EdgeVars } from './context.ts'
import { notJson } from './middleware/validate.ts'

/** The refusal that an error becomes. What is not foreseen becomes `internal_error`, and only the log says more. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof InventoryFault) return new Problem('dependency_unavailable', {}, 1)
  // Hono's validator says so of a body that is no JSON; nothing else here throws it.
  if (error instanceof HTTPException && error.status === 400) return notJson()
  return new Problem('internal_error')
}

/** A fault on one line: its name and its innermost frame. */
function lineOf(error: unknown): string {
  const { name, frames } = faultOf(error)
  return [name, ...frames.slice(0, 1)].join(' ')
}

/** Puts a refusal into the words of an API: a predecessor has its own. */
export type RefusalShape = (problem: Problem, requestId: string) => Response

/**
 * Ends a request that threw: the caller gets a catalogued problem, in the words of the API that was called, and the
 * log the name of the fault.
 */
export function refuse(
  error: unknown,
  { note, requestId, refusalShape = problemResponse }: Pick<EdgeVars, 'note' | 'requestId' | 'refusalShape'>,
): Response {
  const problem = problemOf(error)
  note.code = problem.code
  if (!(error instanceof Problem)) note.fault = lineOf(error)
  return refusalShape(problem, requestId)
}
