"""What scanning changes: things that are not where the book has them (`whereabouts`), one act with many things (`batch`),
and stock-takes (`stock_takes`)."""
