/** A point of a plan, in its units (a seat is about 20 wide). */
export interface Point {
  readonly x: number
  readonly y: number
}

const tenth = (value: number): number => Math.round(value * 10) / 10

/** Places of one row on an arc, left to right as seen from the stage, with a wider gap after each aisle. */
export function arcRow(
  centre: Point,
  radius: number,
  count: number,
  { pitch, aisleAfter, aisle }: { pitch: number; aisleAfter: readonly number[]; aisle: number },
): Point[] {
  const offsets: number[] = []
  let along = 0
  for (let seat = 1; seat <= count; seat++) {
    offsets.push(along)
    along += pitch + (aisleAfter.includes(seat) ? aisle : 0)
  }
  const middle = (offsets.at(-1) ?? 0) / 2
  return offsets.map((offset) => {
    const angle = (offset - middle) / radius
    return { x: tenth(centre.x + radius * Math.sin(angle)), y: tenth(centre.y + radius * Math.cos(angle)) }
  })
}

/** A, B, C, ... */
export const rowLetter = (index: number): string => String.fromCharCode(65 + index)
