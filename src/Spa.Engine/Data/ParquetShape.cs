using Parquet.Schema;

namespace Spa.Engine.Data;

/// <summary>
/// How a column's values nest, with what its definition and repetition levels mean (Dremel encoding; the names of the inner groups, <c>list.element</c> or
/// <c>list.item</c>, do not matter).
/// </summary>
/// <param name="First">Its first leaf among those of the column.</param>
/// <param name="End">Behind its last leaf.</param>
internal abstract record ParquetShape(int First, int End)
{
    /// <summary>One physical column.</summary>
    public sealed record Leaf(int First) : ParquetShape(First, First + 1);

    /// <summary>Named fields; null below <paramref name="Level"/>.</summary>
    public sealed record Struct(int First, int End, int Level, IReadOnlyList<(string Name, ParquetShape Shape)> Fields) : ParquetShape(First, End);

    /// <summary>A list: an entry from <see cref="EntryLevel"/> on, empty just below it, else null; a slot at <paramref name="Repetition"/> goes on with it.</summary>
    public sealed record List(int First, int End, int EmptyLevel, int Repetition, ParquetShape Item) : ParquetShape(First, End)
    {
        public int EntryLevel => EmptyLevel + 1;
    }

    /// <summary>The shape of a column, or null where nothing in it can be a value of JSON (binary values).</summary>
    /// <param name="field">The column.</param>
    /// <param name="leaves">Gets its leaves.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <exception cref="InvalidDataException">Levels and schema do not fit together, or it is nested too deeply.</exception>
    public static ParquetShape? Of(Field field, List<DataField> leaves, int maxDepth) => Of(field, 0, 0, leaves, maxDepth);

    private static ParquetShape? Of(Field field, int definition, int repetition, List<DataField> leaves, int depth)
    {
        if (depth == 0) throw new InvalidDataException($"column '{field.Name}' is nested too deeply");
        int level = definition + (field.IsNullable ? 1 : 0);
        int first = leaves.Count;
        switch (field)
        {
            case DataField { IsArray: true } leaf:
                return ReadLeaf(leaf, definition + 1, repetition + 1, leaves) is { } entry ? new List(first, leaves.Count, definition, repetition + 1, entry) : null;
            case DataField leaf:
                return ReadLeaf(leaf, level, repetition, leaves);
            case ListField list:
                return Of(list.Item, level + 1, repetition + 1, leaves, depth - 1) is { } item ? new List(first, leaves.Count, level, repetition + 1, item) : null;
            case MapField map:
                return OfFields([map.Key, map.Value], level + 1, repetition + 1, leaves, depth) is { } pair ? new List(first, leaves.Count, level, repetition + 1, pair) : null;
            case StructField inner:
                return OfFields(inner.Fields, level, repetition, leaves, depth);
            default:
                throw new InvalidDataException($"column '{field.Name}' is of an unknown kind");
        }
    }

    private static Struct? OfFields(IEnumerable<Field> fields, int level, int repetition, List<DataField> leaves, int depth)
    {
        int first = leaves.Count;
        List<(string, ParquetShape)> shapes = [];
        foreach (Field field in fields)
            if (Of(field, level, repetition, leaves, depth - 1) is { } shape) shapes.Add((field.Name, shape));
        return shapes.Count > 0 ? new Struct(first, leaves.Count, level, shapes) : null;
    }

    private static Leaf? ReadLeaf(DataField leaf, int definition, int repetition, List<DataField> leaves)
    {
        if (leaf.MaxDefinitionLevel != definition || leaf.MaxRepetitionLevel != repetition) throw new InvalidDataException($"column '{leaf.Path}' has levels that its schema does not say");
        if (!ParquetLeaf.IsReadable(leaf)) return null;
        leaves.Add(leaf);
        return new Leaf(leaves.Count - 1);
    }
}
