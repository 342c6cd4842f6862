const row = (label: string, y: number, category: string) => ({
  row_number: label,
  position: { x: 0, y },
  seats: [1, 2, 3].map((n) => ({
    seat_guid: `${label}-${n}`,
    seat_number: String(n),
    position: { x: 20 * n, y: 0 },
    category,
  })),
})

/** What a server sends to put two rows of three seats on sale, in pretix's format. */
export const smallPlan = {
  plan: {
    name: 'Hall',
    size: { width: 100, height: 60 },
    categories: [
      { name: 'Front', color: '#aa3333' },
      { name: 'Back', color: '#3333aa' },
    ],
    zones: [
      { name: 'Stalls', position: { x: 10, y: 10 }, rows: [row('A', 0, 'Front'), row('B', 20, 'Back')] },
    ],
  },
  prices: { Front: 5000, Back: 3000 },
}
