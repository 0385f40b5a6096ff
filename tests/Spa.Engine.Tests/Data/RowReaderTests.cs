using System.IO.Pipes;
using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Tests.Data;

internal sealed class RowReaderTests
{
    private static readonly string[] s_heads = ["", "{", "[", "[{\"a\":1},", "{\"a\":1}\n", "PAR1", "\u001f"];

    [TestCase("{\"a\":1}\n{\"a\":2}\n", TestName = "Lines_with_a_final_line_feed")]
    [TestCase("{\"a\":1}\n{\"a\":2}", TestName = "Lines_without_a_final_line_feed")]
    [TestCase("\uFEFF{\"a\":1}\r\n{\"a\":2}\r\n", TestName = "Lines_with_a_byte_order_mark_and_CRLF")]
    [TestCase("[{\"a\":1},{\"a\":2}]", TestName = "An_array_on_one_line")]
    [TestCase("\uFEFF [\r\n {\"a\":1} ,\r\n {\"a\":2}\r\n]\r\n", TestName = "An_array_over_several_lines")]
    public void Every_text_form_gives_the_same_rows_packed_or_not(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using DataFile plain = new("rows.jsonl", bytes);
        using DataFile packed = new("rows.jsonl.gz", DataFile.Gzip(bytes));
        Assert.That(Read(plain).Select(row => row.Json["a"]!.GetValue<int>()), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(Read(packed).Select(row => row.Json["a"]!.GetValue<double>()), Is.EqualTo(new[] { 1.0, 2.0 }));
    }

    [Test]
    [Platform("Linux", Reason = "names a pipe by its path under /proc")]
    public void A_pipe_is_read_like_a_file()
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        using (AnonymousPipeClientStream writer = new(PipeDirection.Out, reader.ClientSafePipeHandle)) writer.Write("{\"a\":1}\n{\"a\":2}\n"u8);
        IEnumerable<SourceRow> rows = RowReader.Read($"/proc/self/fd/{reader.SafePipeHandle.DangerousGetHandle()}");
        Assert.That(rows.Select(row => row.Json["a"]!.GetValue<int>()), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void Blank_lines_are_skipped_and_counted()
    {
        using DataFile file = new("rows.jsonl", "\n{\"a\":1}\n \t\r\n\n{\"a\":2}\n\n");
        Assert.That(Read(file).Select(row => row.Location.Number), Is.EqualTo(new long[] { 2, 5 }));
        Assert.That(Read(file)[0].Location.ToString(), Is.EqualTo($"{file.Path}:2"));
    }

    [Test]
    public void Rows_of_an_array_carry_the_line_they_begin_on()
    {
        using DataFile file = new("rows.json", "[\n  {\n    \"a\": \"]}\\\"\"\n  },\n\n  {\"b\": [1, {\"c\": 2}]}\n]");
        Assert.That(Read(file).Select(row => row.Location.Number), Is.EqualTo(new long[] { 2, 6 }));
        Assert.That(Read(file)[0].Json["a"]!.GetValue<string>(), Is.EqualTo("]}\""));
    }

    [Test]
    public void Numbers_keep_their_digits()
    {
        using DataFile file = new("rows.jsonl", "{\"a\":1.0,\"b\":12345678901234567890123,\"c\":-0.1e-7}\n");
        Assert.That(Read(file)[0].Json.ToJsonString(), Is.EqualTo("{\"a\":1.0,\"b\":12345678901234567890123,\"c\":-0.1e-7}"));
    }

    [TestCase("prompt,chosen\n", "found text that is none of these (CSV is not read)")]
    [TestCase("PK\u0003\u0004", "found a zip archive")]
    [TestCase("ARROW1", "found an Arrow file")]
    [TestCase("{\n \"data\": []\n}", ":1:2: not valid JSON: the object does not end on its line; write one object a line, or all rows as one array.")]
    [TestCase("{\"a\":1}\n{\"a\":}\n", ":2:6: not valid JSON")]
    [TestCase("{\"a\":1}\n{\"ä\": tru}\n", ":2:10: not valid JSON")]
    [TestCase("{\"a\":1} {\"a\":2}\n", ":1:9: not valid JSON")]
    [TestCase("{\"a\":1,\"a\":2}\n", ":1")]
    [TestCase("{\"a\":NaN}\n", ":1:6: not valid JSON")]
    [TestCase("{\"a\":1}\n7\n", ":2: expected a JSON object {...}, found a number")]
    [TestCase("{\"a\":1}\n{\"a\":\"x\n", ":2")]
    [TestCase("{\"a\":1}\n\n{\"a\":\"\\ud800\"}\n", ":3:6: the string has half of a surrogate pair")]
    [TestCase("[{\"a\":1},\n {\"a\":x}]", ":2:7: not valid JSON")]
    [TestCase("[{\"a\":1},\n {\"b\":\n  y}]", ":3:3: not valid JSON")]
    [TestCase("[{\"a\":1}\n {\"a\":2}]", ":2:2: not a JSON array of objects: expected ',' or ']', found '{'")]
    [TestCase("[{\"a\":1}, 5]", ":1:11: not a JSON array of objects: expected an object '{', found '5'")]
    [TestCase("[{\"a\":1}", ":1:9: not a JSON array of objects: expected ',' or ']', found the end of the file")]
    [TestCase("[{\"a\":1", "expected the object that begins on line 1 to end, found the end of the file")]
    [TestCase("[] []", ":1:4: not a JSON array of objects: expected the end of the file, found '['")]
    public void Bad_JSON_is_one_line_with_file_line_and_column(string text, string expected)
    {
        using DataFile file = new("rows.jsonl", text);
        AssertOneLine(() => Read(file), file.Path, expected);
    }

    [Test]
    public void Bad_UTF8_is_one_line_with_its_column()
    {
        using DataFile file = new("rows.jsonl", [.. "{\"a\":1}\n{\"ü\":\""u8, 0xC3, 0x28, .. "\"}\n"u8]);
        AssertOneLine(() => Read(file), file.Path, ":2:7: not UTF-8 text");
    }

    [Test]
    public void Deep_nesting_is_refused()
    {
        using DataFile file = new("rows.jsonl", "{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}");
        AssertOneLine(() => Read(file), file.Path, "maximum configured depth of 64");
    }

    [TestCase("{\"a\":\"", "\"}", TestName = "A_line_above_the_limit_is_refused_before_it_is_kept")]
    [TestCase("[{\"a\":\"", "\"}]", TestName = "An_element_above_the_limit_is_refused_before_it_is_kept")]
    public void Long_rows_are_refused(string before, string after)
    {
        using DataFile file = new("rows.jsonl", before + new string('x', 200_000) + after);
        RowLimits limits = new(MaxRowBytes: 100_000);
        AssertOneLine(() => RowReader.Read(file.Path, limits).ToList(), file.Path, "longer than 100000 bytes");
    }

    [Test]
    public void A_gzip_bomb_is_refused()
    {
        using DataFile file = new("rows.jsonl.gz", DataFile.Gzip(Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', 4 << 20))));
        RowLimits limits = new(ExpansionFloor: 1 << 20, MaxRowBytes: 64 << 20, MaxExpansion: 50);
        AssertOneLine(() => RowReader.Read(file.Path, limits).ToList(), file.Path, "more than 50 times its size");
    }

    [Test]
    public void A_cut_gzip_file_is_refused()
    {
        byte[] random = new byte[100_000];
        new Random(1).NextBytes(random);
        byte[] packed = DataFile.Gzip(Encoding.UTF8.GetBytes($"{{\"a\":\"{Convert.ToBase64String(random)}\"}}\n"));
        using DataFile file = new("rows.jsonl.gz", packed[..(packed.Length / 2)]);
        Assert.That(() => Read(file), Throws.InstanceOf<SpaException>().With.Message.Contains(file.Path));
    }

    [Test]
    public void A_missing_file_and_a_folder_are_one_line()
    {
        using DataFile file = new("rows.jsonl");
        AssertOneLine(() => Read(file), file.Path, "there is no such file");
        AssertOneLine(() => RowReader.Read(file.Folder).ToList(), file.Folder, "found a folder");
    }

    [Test]
    public void Any_bytes_give_rows_or_one_line() => Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, s_heads.Length - 1])
        .Sample(
            (bytes, head) =>
            {
                using DataFile file = new("rows", [.. Encoding.UTF8.GetBytes(s_heads[head]), .. bytes]);
                try
                {
                    _ = Read(file);
                }
                catch (SpaException e)
                {
                    Assert.That(e.Message, Does.Not.Contain("\n"));
                }
            },
            iter: 2000);

    private static List<SourceRow> Read(DataFile file) => [.. RowReader.Read(file.Path)];

    private static void AssertOneLine(Action act, string path, string expected)
    {
        SpaException error = Assert.Throws<SpaException>(act)!;
        Assert.That(error.Message, Does.StartWith(path).And.Contain(expected));
        Assert.That(error.Message, Does.Not.Contain("\n"));
    }
}
