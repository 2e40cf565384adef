// The points of a sheet by the same rules as the server; null while a criterion has no level.

export function total(levels, { count, expression, isNotGraded, cap }) {
  const chosen = Object.entries(levels);
  if (chosen.length < count) return null;
  if (isNotGraded) return 0;
  const sum = chosen.reduce((points, [criterion, level]) => points + (criterion === expression ? 0 : level), 0);
  return cap === null ? sum : Math.min(sum, cap);
}
