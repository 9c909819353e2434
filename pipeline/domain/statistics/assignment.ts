/** Who gets what, so that all together costs least. */

/**
 * The least-cost assignment of rows to columns: exact, by shortest augmenting paths (Jonker and Volgenant 1987, in the
 * form of Crouse 2016 that scipy's `linear_sum_assignment` has). O(n^3).
 * @param costs `[row][column]`, finite; may be negative
 * @returns pairs of row and column, as many as the shorter side is long, in the order of the rows
 */
export function assign(costs: readonly (readonly number[])[]): [row: number, column: number][] {
  const [rows, columns] = [costs.length, costs[0]?.length ?? 0];
  if (rows === 0 || columns === 0) return [];
  if (rows > columns) {
    const turned = Array.from({ length: columns }, (_, column) => costs.map((row) => row[column]!));
    return assign(turned)
      .map(([column, row]): [number, number] => [row, column])
      .sort(([a], [b]) => a - b);
  }
  const rowOf = new Int32Array(columns).fill(-1);
  const [rowPotential, columnPotential] = [new Float64Array(rows), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) augment(row);
  return [...rowOf.entries()]
    .filter(([, row]) => row >= 0)
    .map(([column, row]): [number, number] => [row, column])
    .sort(([a], [b]) => a - b);

  /** Gives a row a column, along the cheapest chain of rows that make room. */
  function augment(from: number): void {
    const distance = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(columns).fill(-1);
    const settled: number[] = [];
    const open = new Set(rowOf.keys());
    let [row, least] = [from, 0];
    let end = -1;
    while (end < 0) {
      let nearest = -1;
      for (const column of open) {
        const way = least + costs[row]![column]! - rowPotential[row]! - columnPotential[column]!;
        if (way < distance[column]!) {
          distance[column] = way;
          before[column] = row;
        }
        if (nearest < 0 || distance[column]! < distance[nearest]!) nearest = column;
      }
      least = distance[nearest]!;
      open.delete(nearest);
      if (rowOf[nearest] === -1) end = nearest;
      else {
        settled.push(nearest);
        row = rowOf[nearest]!;
      }
    }
    rowPotential[from]! += least;
    for (const column of settled) {
      rowPotential[rowOf[column]!]! += least - distance[column]!;
      columnPotential[column]! += distance[column]! - least;
    }
    for (let column = end; ; ) {
      const giver = before[column]!;
      rowOf[column] = giver;
      if (giver === from) return;
      column = columnOf(giver, column);
    }
  }

  function columnOf(row: number, except: number): number {
    return rowOf.findIndex((of, column) => of === row && column !== except);
  }
}
