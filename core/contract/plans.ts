import * as z from 'zod'
import { areasPerPlanMax, categoriesPerPlanMax, foreignIdLengthMax, priceMinorMax } from './limits.ts'
import { MinorUnits } from './money.ts'
import { Name, PlainText } from './names.ts'
import { patterns } from './patterns.ts'

/*
 * The open seating-plan JSON that pretix reads and writes. Fields that Holdfast does not use are dropped, and what
 * real plans leave out, or have as null, is optional: that is why these objects are not strict.
 */

const coordinate = () => z.number().min(-1e6).max(1e6)
const Point = z.object({ x: coordinate(), y: coordinate() })

/** Where the format has a value of its own for what is absent or null. */
const orElse = <Schema extends z.ZodType>(schema: Schema, value: NonNullable<z.output<Schema>>) =>
  schema.nullish().transform((said): NonNullable<z.output<Schema>> => said ?? value)
const place = () => orElse(Point, { x: 0, y: 0 })
const Color = z.string().max(40)

/** Any text by which a plan knows a seat: no two texts are the same seat. */
export const SeatGuid = z
  .string()
  .min(1)
  .max(foreignIdLengthMax)
  .refine((guid) => guid.isWellFormed(), 'must be well-formed Unicode')
  .regex(
    patterns.plainText,
    'must have no control characters, and none that turn the direction of what follows',
  )

const PlanSeat = z.object({
  seat_guid: SeatGuid,
  seat_number: PlainText.nullish(),
  position: Point,
  category: Name,
})

const PlanRow = z.object({
  row_number: PlainText.nullish(),
  position: place(),
  seats: orElse(z.array(PlanSeat), []),
})

const PlanText = z.object({
  text: PlainText.nullish(),
  position: Point.nullish(),
  color: Color.nullish(),
  size: z.number().positive().nullish(),
})

const PlanArea = z.object({
  shape: orElse(z.enum(['circle', 'ellipse', 'rectangle', 'polygon', 'text']), 'rectangle'),
  position: place(),
  color: Color.nullish(),
  border_color: Color.nullish(),
  rotation: z.number().nullish(),
  /** Early plans have the words only, and the size of a rectangle on the area itself. */
  text: z.union([PlanText, PlainText]).nullish(),
  width: z.number().nullish(),
  height: z.number().nullish(),
  circle: z.object({ radius: z.number() }).nullish(),
  ellipse: z.object({ radius: Point }).nullish(),
  rectangle: z.object({ width: z.number(), height: z.number() }).nullish(),
  polygon: z.object({ points: z.array(Point).max(1_000).nullish() }).nullish(),
})
export type PlanArea = z.infer<typeof PlanArea>

/** A seating plan in pretix's format. */
export const SeatingPlan = z.object({
  name: PlainText.nullish(),
  size: z.object({ width: z.number().positive(), height: z.number().positive() }).nullish(),
  categories: z
    .array(z.object({ name: Name, color: Color.nullish() }))
    .min(1)
    .max(categoriesPerPlanMax),
  zones: z.array(
    z.object({
      name: PlainText.nullish(),
      position: place(),
      rows: orElse(z.array(PlanRow), []),
      areas: z.array(PlanArea).max(areasPerPlanMax).nullish(),
    }),
  ),
})
export type SeatingPlan = z.infer<typeof SeatingPlan>

/** What a seat of each category costs, whatever it is called: a record of zod's would drop `__proto__`. */
const Prices = z
  .custom<Record<string, number>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object of prices by category',
  )
  .meta({ type: 'object', additionalProperties: { type: 'integer', minimum: 0, maximum: priceMinorMax } })
  .transform((said, context): ReadonlyMap<string, number> => {
    const prices = new Map<string, number>()
    for (const [name, price] of Object.entries(said)) {
      const { data, error } = MinorUnits.safeParse(price)
      if (data !== undefined) prices.set(name, data)
      else
        context.addIssue({
          code: 'custom',
          input: price,
          path: [name],
          message: error.issues[0]?.message ?? '',
        })
    }
    return prices
  })

/** PUT /v1/events/{e}/plan: a seating plan and what a seat of each category costs. */
export const ImportPlanRequest = z.strictObject({
  plan: SeatingPlan,
  prices: Prices,
  /**
   * Seats for wheelchairs and companions, by seat_guid, and no others: the format has no field of its own for them. Absent:
   * they are those that they were; null: none.
   */
  accessible: z.array(SeatGuid).nullish(),
})
export type ImportPlanRequest = z.infer<typeof ImportPlanRequest>
