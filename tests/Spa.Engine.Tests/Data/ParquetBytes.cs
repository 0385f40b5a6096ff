using Parquet;
using Parquet.Schema;

namespace Spa.Engine.Tests.Data;

/// <summary>A Parquet file of four rows a group with every shape of column that is read.</summary>
internal static class ParquetBytes
{
    /// <param name="name">What the inner field of its lists is called.</param>
    /// <param name="compression">How its pages are packed.</param>
    /// <param name="groups">Row groups, all alike.</param>
    public static async Task<byte[]> Write(string name, CompressionMethod compression, int groups)
    {
        DataField prompt = new DataField<string>("prompt"), role = new DataField<string>("role"), content = new DataField<string>("content");
        DataField id = new DataField<int>(name), score = new DataField<double?>("score"), n = new DataField<long>("n"), ok = new DataField<bool>("ok");
        ParquetSchema schema = new(prompt, new ListField("chosen", new StructField(name, role, content)), new ListField("ids", id), score, n, ok);
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = compression }))
        {
            for (int g = 0; g < groups; g++)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await Part(group, prompt, Texts("q1", "", "q4"), [1, 0, 1, 1], null);
                await Part(group, role, Texts("user", "assistant", "user"), [4, 4, 1, 0, 4], [0, 1, 0, 0, 0]);
                await Part(group, content, Texts("q1", "ä"), [4, 4, 1, 0, 3], [0, 1, 0, 0, 0]);
                await Part(group, id, [1, 2, 7], [2, 2, 1, 0, 2], [0, 1, 0, 0, 0]);
                await Part(group, score, [0.5, 1.5, -2.0], [1, 1, 1, 0], null);
                await group.WriteAsync<long>(n, new long[] { 9007199254740993, 2, 3, 4 }.AsMemory());
                await group.WriteAsync<bool>(ok, new[] { true, false, true, true }.AsMemory());
            }
        }

        return stream.ToArray();
    }

    public static ReadOnlyMemory<char>[] Texts(params string[] texts) => [.. texts.Select(text => text.AsMemory())];

    public static Task Part<T>(ParquetRowGroupWriter group, DataField field, T[] values, int[] definition, int[]? repetition)
        where T : struct
        => group.WriteAllPartsAsync<T>(field, values, definition, repetition is null ? null : repetition.AsMemory(), default);
}
