import { Problem, problemResponse } from '@holdfast/contract'
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

/** An error by its name and place. Its message stays here: those of libraries quote keys and values. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line))
  return `${error.name}${frame ? ` ${frame.trim()}` : ''}`
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
  if (!(error instanceof Problem)) note.fault = faultOf(error)
  return refusalShape(problem, requestId)
}
