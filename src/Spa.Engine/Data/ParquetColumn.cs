using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;

namespace Spa.Engine.Data;

/// <summary>
/// A top-level column of one of three shapes: a scalar, a list of scalars, a list of flat structs. What definition levels mean is
/// worked out once: below <see cref="_emptyLevel"/> the list is null, at it the list is empty, from <see cref="_entryLevel"/> on there is
/// an entry (Dremel encoding; the names of the inner groups, <c>list.element</c> or <c>list.item</c>, do not matter).
/// </summary>
internal sealed class ParquetColumn
{
    private readonly ParquetLeaf[] _leaves;
    private readonly bool _isList;
    private readonly bool _isStruct;
    private readonly int _emptyLevel;
    private readonly int _entryLevel;
    private readonly int _structLevel;

    private ParquetColumn(Field field, ListField? list, StructField? entry, DataField[] leaves, string path)
    {
        Name = field.Name;
        _isList = list is not null;
        _isStruct = entry is not null;
        _emptyLevel = list?.IsNullable == true ? 1 : 0;
        _entryLevel = list is null ? 0 : _emptyLevel + 1;
        _structLevel = _entryLevel + (entry?.IsNullable == true ? 1 : 0);
        _leaves = [.. leaves.Select(leaf => new ParquetLeaf(leaf, path))];
        foreach (DataField leaf in leaves)
        {
            int expected = _structLevel + (leaf.IsNullable ? 1 : 0);
            if (leaf.MaxRepetitionLevel != (_isList ? 1 : 0) || leaf.MaxDefinitionLevel != expected) throw Unsupported(field, path);
        }
    }

    public string Name { get; }

    /// <exception cref="SpaException">The column has a shape that rows do not have.</exception>
    public static ParquetColumn Of(Field field, string path) => field switch
    {
        DataField { IsArray: false } leaf => new ParquetColumn(field, null, null, [leaf], path),
        ListField { Item: DataField { IsArray: false } leaf } list => new ParquetColumn(field, list, null, [leaf], path),
        ListField { Item: StructField entry } list when entry.Fields.All(f => f is DataField { IsArray: false }) =>
            new ParquetColumn(field, list, entry, [.. entry.Fields.Cast<DataField>()], path),
        _ => throw Unsupported(field, path),
    };

    /// <summary>One value for every row of the group.</summary>
    public List<JsonNode?> Read(ParquetRowGroupReader group, string path, RowLimits limits)
    {
        ParquetValues[] leaves = [.. _leaves.Select(leaf => leaf.Read(group, path, limits))];
        int count = leaves[0].Count;
        foreach (ParquetValues leaf in leaves)
        {
            if (leaf.Count == count && leaf.Repetition.AsSpan().SequenceEqual(leaves[0].Repetition)) continue;
            throw new SpaException($"{path}: the fields of column '{Name}' have lists of different lengths; the file is damaged");
        }

        List<JsonNode?> rows = [];
        for (int slot = 0; slot < count; slot++)
        {
            if (!_isList) rows.Add(leaves[0].Value(slot));
            else if (leaves[0].Repetition[slot] == 0) rows.Add(BeginList(leaves, slot));
            else Append(rows, leaves, slot, path);
        }

        return rows;
    }

    private JsonArray? BeginList(ParquetValues[] leaves, int slot)
    {
        int level = leaves[0].Definition[slot];
        if (level >= _entryLevel) return [Entry(leaves, slot)];
        return level == _emptyLevel ? [] : null;
    }

    private void Append(List<JsonNode?> rows, ParquetValues[] leaves, int slot, string path)
    {
        if (rows.Count == 0 || rows[^1] is not JsonArray list)
        {
            throw new SpaException($"{path}: column '{Name}' continues a list that never began; the file is damaged");
        }

        list.Add(Entry(leaves, slot));
    }

    private JsonNode? Entry(ParquetValues[] leaves, int slot)
    {
        if (!_isStruct) return leaves[0].Value(slot);
        if (leaves[0].Definition[slot] < _structLevel) return null;
        JsonObject entry = [];
        for (int i = 0; i < leaves.Length; i++) entry.Add(_leaves[i].Name, leaves[i].Value(slot));
        return entry;
    }

    private static SpaException Unsupported(Field field, string path) => new(
        $"{path}: column '{field.Name}' is {field.SchemaType.ToString().ToLowerInvariant()} of a shape that rows do not have; " +
        "expected a scalar, a list of scalars or a list of {role, content}; leave the column out");
}
