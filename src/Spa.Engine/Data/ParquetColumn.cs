using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;

namespace Spa.Engine.Data;

/// <summary>A top-level column: a scalar, or lists, structs and maps of whatever depth, put together from its leaves.</summary>
internal sealed class ParquetColumn
{
    private readonly ParquetShape _shape;
    private readonly ParquetLeaf[] _leaves;

    private ParquetColumn(string name, ParquetShape shape, IEnumerable<DataField> leaves)
    {
        Name = name;
        _shape = shape;
        _leaves = [.. leaves.Select(leaf => new ParquetLeaf(leaf))];
    }

    public string Name { get; }

    /// <summary>The column, or null where it has nothing that can be a value of JSON.</summary>
    /// <exception cref="InvalidDataException">The schema contradicts itself or is nested too deeply.</exception>
    public static ParquetColumn? Of(Field field, RowLimits limits)
    {
        List<DataField> leaves = [];
        return ParquetShape.Of(field, leaves, limits.MaxDepth) is { } shape ? new ParquetColumn(field.Name, shape, leaves) : null;
    }

    /// <summary>One value for every row of the group.</summary>
    public List<JsonNode?> Read(ParquetRowGroupReader group, string path, RowLimits limits)
    {
        Cursor cursor = new([.. _leaves.Select(leaf => leaf.Read(group, path, limits))], Name, path);
        List<JsonNode?> rows = [];
        while (cursor.BeginsRow()) rows.Add(cursor.Next(_shape));
        return rows;
    }

    /// <summary>Where each leaf of the column stands.</summary>
    private sealed class Cursor(ParquetValues[] leaves, string name, string path)
    {
        private readonly int[] _slots = new int[leaves.Length];

        public bool BeginsRow()
        {
            bool ends = _slots[0] == leaves[0].Count;
            for (int i = 0; i < leaves.Length; i++)
            {
                if (_slots[i] == leaves[i].Count != ends) throw Uneven();
                if (Repetition(i) != 0) throw new SpaException($"{path}: column '{name}' continues a list that never began; the file is damaged");
            }

            return !ends;
        }

        /// <summary>The value that begins here; its leaves stand behind it then.</summary>
        public JsonNode? Next(ParquetShape shape)
        {
            switch (shape)
            {
                case ParquetShape.Leaf leaf:
                    return leaves[leaf.First].Value(Take(leaf.First));
                case ParquetShape.Struct inner:
                    return Definition(inner.First) < inner.Level ? Skip(inner) : Fields(inner);
                default:
                    var list = (ParquetShape.List)shape;
                    int level = Definition(list.First);
                    if (level >= list.EntryLevel) return Entries(list);
                    Skip(list);
                    return level == list.EmptyLevel ? new JsonArray() : null;
            }
        }

        private JsonObject Fields(ParquetShape.Struct shape)
        {
            JsonObject value = [];
            foreach ((string field, ParquetShape inner) in shape.Fields) value.Add(field, Next(inner));
            return value;
        }

        private JsonArray Entries(ParquetShape.List shape)
        {
            JsonArray list = [];
            do list.Add(Next(shape.Item));
            while (GoesOn(shape));
            return list;
        }

        private bool GoesOn(ParquetShape.List shape)
        {
            bool more = Repetition(shape.First) == shape.Repetition;
            for (int i = shape.First; i < shape.End; i++)
                if (Repetition(i) > shape.Repetition || Repetition(i) == shape.Repetition != more) throw Uneven();
            return more;
        }

        // An absent value has one slot in each of its leaves.
        private JsonNode? Skip(ParquetShape shape)
        {
            for (int i = shape.First; i < shape.End; i++) Take(i);
            return null;
        }

        private int Take(int leaf) => _slots[leaf] < leaves[leaf].Count ? _slots[leaf]++ : throw Uneven();

        private int Definition(int leaf) => leaves[leaf].Definition is not { Length: > 0 } levels ? 0 : _slots[leaf] < levels.Length ? levels[_slots[leaf]] : throw Uneven();

        // Behind the last slot another row would begin.
        private int Repetition(int leaf) => _slots[leaf] < leaves[leaf].Repetition.Length ? leaves[leaf].Repetition[_slots[leaf]] : 0;

        private SpaException Uneven() => new($"{path}: the fields of column '{name}' have lists of different lengths; the file is damaged");
    }
}
