import * as z from 'zod'
import { pageSizeDefault, pageSizeMax } from './limits.ts'

/**
 * The query of every list; a list whose cursors are ids of what is in it says so. As in every query, what is not known is
 * ignored, on every route: caches are passed by `?_=...`, and links come with names of somebody's campaign.
 */
export const PageQuery = z.object({
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9._~:-]{1,200}$/, 'must be nextCursor of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(pageSizeMax).default(pageSizeDefault),
})
export type PageQuery = z.infer<typeof PageQuery>
