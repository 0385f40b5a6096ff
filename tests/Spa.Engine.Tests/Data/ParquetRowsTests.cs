using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;
using Spa.Engine.Data;

namespace Spa.Engine.Tests.Data;

internal sealed class ParquetRowsTests
{
    private static readonly string[] s_expected =
    [
        """{"prompt":"q1","chosen":[{"role":"user","content":"q1"},{"role":"assistant","content":"ä"}],"ids":[1,2],"score":0.5,"n":9007199254740993,"ok":true}""",
        """{"prompt":null,"chosen":[],"ids":[],"score":1.5,"n":2,"ok":false}""",
        """{"prompt":"","chosen":null,"ids":null,"score":-2,"n":3,"ok":true}""",
        """{"prompt":"q4","chosen":[{"role":"user","content":null}],"ids":[7],"score":null,"n":4,"ok":true}""",
    ];

    [Test]
    public async Task Lists_are_right_whatever_their_inner_fields_are_called(
        [Values("element", "item", "array_element")] string name,
        [Values(CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Zstd)] CompressionMethod compression,
        [Values(1, 3)] int groups)
    {
        using DataFile file = new("rows.parquet", await ParquetBytes.Write(name, compression, groups));
        string[] rows = [.. RowReader.Read(file.Path).Select(row => row.Json.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))];
        Assert.That(rows, Is.EqualTo(Enumerable.Repeat(s_expected, groups).SelectMany(x => x)));
    }

    [Test]
    public async Task A_packed_file_reads_the_same_and_rows_are_numbered_from_1()
    {
        using DataFile file = new("rows.parquet.gz", DataFile.Gzip(await ParquetBytes.Write("element", CompressionMethod.Snappy, 2)));
        List<SourceRow> rows = [.. RowReader.Read(file.Path)];
        Assert.That(rows.Select(row => row.Location.Number), Is.EqualTo(Enumerable.Range(1, 8)));
        Assert.That(rows[7].Location.ToString(), Is.EqualTo($"{file.Path} row 8"));
    }

    // The shape of raw UltraFeedback's completions, with everything that may be null or empty being so somewhere.
    [Test]
    public async Task Nested_columns_come_out_as_JSON()
    {
        DataField response = new DataField<string>("response"), rating = new DataField<double?>("rating"), tag = new DataField<string>("item"), k = new DataField<int?>("k");
        ParquetSchema schema = new(new ListField("completions", new StructField("item", response, new StructField("notes", rating), new ListField("tags", tag))), new StructField("meta", k));
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await ParquetBytes.Part(group, response, ParquetBytes.Texts("x", "y"), [4, 4, 0, 3], [0, 1, 0, 0]);
            await ParquetBytes.Part(group, rating, [1.5], [5, 3, 0, 4], [0, 1, 0, 0]);
            await ParquetBytes.Part(group, tag, ParquetBytes.Texts("a", "b"), [6, 6, 4, 0, 3], [0, 2, 1, 0, 0]);
            await ParquetBytes.Part(group, k, [7], [2, 0, 1], null);
        }

        using DataFile file = new("rows.parquet", stream.ToArray());
        Assert.That(RowReader.Read(file.Path).Select(row => row.Json.ToJsonString()), Is.EqualTo(new[]
        {
            """{"completions":[{"response":"x","notes":{"rating":1.5},"tags":["a","b"]},{"response":"y","notes":null,"tags":[]}],"meta":{"k":7}}""",
            """{"completions":null,"meta":null}""",
            """{"completions":[{"response":null,"notes":{"rating":null},"tags":null}],"meta":{"k":null}}""",
        }));
    }

    // As many rows in both, but not as many entries in each list; and a list without a beginning.
    [TestCase(new[] { 0, 1, 0 }, new[] { 0, 0, 1 }, "lists of different lengths")]
    [TestCase(new[] { 0, 0, 1 }, new[] { 0, 1, 0 }, "lists of different lengths")]
    [TestCase(new[] { 0, 1, 0 }, new[] { 0, 2, 0 }, "lists of different lengths")]
    [TestCase(new[] { 1, 0, 0 }, new[] { 1, 0, 0 }, "continues a list that never began")]
    public async Task Lists_that_do_not_fit_together_are_refused(int[] first, int[] second, string message)
    {
        DataField a = new DataField<int?>("a"), b = new DataField<int?>("b");
        ParquetSchema schema = new(new ListField("pairs", new StructField("item", a, new ListField("list", b))));
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await ParquetBytes.Part(group, a, [1, 2, 3], [4, 4, 4], first);
            await ParquetBytes.Part(group, b, [1, 2, 3], [6, 6, 6], second);
        }

        using DataFile file = new("rows.parquet", stream.ToArray());
        Assert.That(() => RowReader.Read(file.Path).ToList(), Throws.InstanceOf<SpaException>().With.Message.EndsWith($"{message}; the file is damaged"));
    }

    [Test]
    public void Binary_values_are_left_out()
    {
        ParquetSchema schema = new(new DataField<byte[]>("image"), new StructField("picture", new DataField<byte[]>("bytes"), new DataField<string>("path")));
        Assert.That(ParquetColumn.Of(schema.Fields[0], RowLimits.Default), Is.Null);
        Assert.That(ParquetColumn.Of(schema.Fields[1], RowLimits.Default)?.Name, Is.EqualTo("picture"));
    }

    [Test]
    public async Task Preference_rows_come_out_of_Parquet()
    {
        ParquetSchema schema = new(new DataField<string>("prompt"), new DataField<string>("chosen"), new DataField<string>("rejected"));
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach (DataField field in schema.GetDataFields()) await group.WriteAsync(field, [field.Name]);
        }

        using DataFile file = new("rows.parquet", stream.ToArray());
        PreferenceRow row = Rows.ReadPreferences(file.Path, new RowReport()).Single();
        Assert.That((row.Prompt.Text, row.Chosen.Text, row.Rejected.Text), Is.EqualTo(("prompt", "chosen", "rejected")));
    }

    // The library alone would wait for the end of each of these numbers and lists for ever.
    [TestCase("15FFFFFF", "its footer ends too early")]
    [TestCase("1502", "its footer ends too early")]
    [TestCase("29FCFFFFFFFF0F", "a list in its footer claims 4294967295 entries")]
    [TestCase("2504", "field 2 of File in its footer has the wrong type")]
    [TestCase("291502", "a list in its footer has the wrong type")]
    [TestCase("8C00", "it is encrypted")]
    [TestCase("1E00", "field 1 of File in its footer has the wrong type")]
    [TestCase("FB00", "its footer has an unknown type 11")]
    public void A_footer_that_would_never_end_is_refused(string hex, string expected)
    {
        byte[] footer = Convert.FromHexString(hex);
        using DataFile file = new("rows.parquet", [.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8]);
        Assert.That(() => RowReader.Read(file.Path).ToList(), Throws.InstanceOf<SpaException>().With.Message.StartsWith(file.Path).And.Message.Contains(expected));
    }

    // Each would have the library reserve what the page claims, or read for ever.
    [TestCase(2, 0x7FFFFFFF, "a page claims to unpack from")]
    [TestCase(3, 0x7FFFFFFF, "a page claims 2147483647 bytes where")]
    [TestCase(1, 9, "a page claims to be of type 9")]
    public async Task A_page_that_claims_what_cannot_be_is_refused(int field, int value, string expected)
    {
        byte[] sound = await ParquetBytes.Write("element", CompressionMethod.None, 1);
        // The first page header begins behind the magic: its first three fields are integers, each a byte of type and a number.
        List<byte> bytes = [.. sound];
        int at = 4;
        for (int i = 1; i < field; i++)
        {
            at++;
            while (bytes[at++] >= 0x80) { }
        }

        at++;
        int length = 1;
        while (bytes[at + length - 1] >= 0x80) length++;
        byte[] number = ZigZag(value);
        bytes.RemoveRange(at, length);
        bytes.InsertRange(at, number);
        using DataFile file = new("rows.parquet", [.. bytes]);
        Assert.That(() => RowReader.Read(file.Path).ToList(), Throws.InstanceOf<SpaException>().With.Message.StartsWith(file.Path).And.Message.Contains(expected));
    }

    [Test]
    public void Reading_round_in_circles_ends_when_the_budget_is_spent()
    {
        using BudgetStream stream = new(new MemoryStream(new byte[100]));
        byte[] buffer = new byte[10];
        Assert.That(
            () =>
            {
                while (true)
                {
                    stream.Seek(0, SeekOrigin.Begin);
                    _ = stream.Read(buffer);
                }
            },
            Throws.InstanceOf<IOException>().With.Message.EqualTo("its pages lead back to themselves"));
    }

    [TestCase(5, "LZ4 in the framing of old writers")]
    [TestCase(3, "codec 3")]
    public async Task A_packing_that_is_not_read_is_named(int codec, string named)
    {
        byte[] bytes = await ParquetBytes.Write("element", CompressionMethod.Snappy, 1);
        // Fields 4 and 5 of ColumnMetaData: the codec, then the header of the number of values.
        for (int at; (at = bytes.AsSpan().IndexOf<byte>([0x15, 0x02, 0x16])) >= 0;) bytes[at + 1] = ZigZag(codec)[0];
        using DataFile file = new("rows.parquet", bytes);
        Assert.That(() => RowReader.Read(file.Path).ToList(), Throws.TypeOf<SpaException>().With.Message.Contains($"it is packed by {named}; read are Snappy"));
    }

    [Test]
    public async Task Damaged_files_give_rows_or_one_line()
    {
        byte[] sound = await ParquetBytes.Write("element", CompressionMethod.Snappy, 1);
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte, Gen.Int[0, sound.Length]).Sample(
            (at, value, length) =>
            {
                byte[] bytes = [.. sound];
                bytes[at] = value;
                using DataFile file = new("rows.parquet", length % 4 == 0 ? bytes[..length] : bytes);
                try
                {
                    _ = RowReader.Read(file.Path).ToList();
                }
                catch (SpaException e)
                {
                    Assert.That(e.Message, Does.Not.Contain("\n"));
                }
            },
            iter: 500, threads: 1);
    }

    private static byte[] ZigZag(int value)
    {
        List<byte> bytes = [];
        ulong rest = (ulong)value << 1;
        for (; rest >= 0x80; rest >>= 7) bytes.Add((byte)(rest | 0x80));
        return [.. bytes, (byte)rest];
    }
}
