using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Formats;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>Rows that survive a killed phase: whole lines, of the same inputs, under a name that says they are not done.</summary>
internal sealed class PartialRowsTests
{
    private static readonly string s_key = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public void A_file_cut_after_any_byte_continues_behind_its_last_whole_line()
    {
        using TempFolder folder = new();
        string partial = folder["rows.jsonl.partial-" + s_key[..16]];
        byte[] whole = [.. Enumerable.Range(0, 3).SelectMany(i => Encoding.UTF8.GetBytes(Row(i).ToJsonString(s_relaxed) + "\n"))];
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(partial, whole[..length]);
            using (PartialRows rows = new(folder["rows.jsonl"], s_key))
            {
                Assert.That(rows.Existing, Has.Count.EqualTo(whole.Take(length).Count(b => b == '\n')));
                for (int i = rows.Existing.Count; i < 3; i++) rows.Append(Row(i));
                rows.Commit();
            }
            Assert.That(File.ReadAllBytes(folder["rows.jsonl"]), Is.EqualTo(whole), $"cut after {length} bytes");
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "rows.jsonl" }));
        }
    }

    [Test]
    public void A_line_that_is_no_row_and_all_behind_it_are_done_again()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["rows.jsonl.partial-" + s_key[..16]], """{"row":0}""" + "\n\0\0\0\0\n" + """{"row":2}""" + "\n");
        using PartialRows rows = new(folder["rows.jsonl"], s_key);
        Assert.That(rows.Existing, Has.Count.EqualTo(1), "blocks that a crashed disk left as zeros are not trusted");
    }

    [Test]
    public void Rows_of_other_inputs_are_removed_and_an_older_result_stays_until_the_new_one_is_whole()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["rows.jsonl"], "old\n");
        File.WriteAllText(folder["rows.jsonl.partial-ffffffffffffffff"], """{"row":9}""" + "\n");
        using (PartialRows rows = new(folder["rows.jsonl"], s_key))
        {
            Assert.That(rows.Existing, Is.Empty);
            rows.Append(Row(0));
        }
        Assert.That(File.ReadAllText(folder["rows.jsonl"]), Is.EqualTo("old\n"));
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "rows.jsonl", "rows.jsonl.partial-" + s_key[..16] }));
    }

    [Test]
    [Platform("Linux")]
    public void A_full_device_ends_with_one_line_that_says_how_to_go_on()
    {
        using TempFolder folder = new();
        string partial = folder["rows.jsonl.partial-" + s_key[..16]];
        File.CreateSymbolicLink(partial, "/dev/full");
        using PartialRows rows = new(folder["rows.jsonl"], s_key);
        Assert.That(() => rows.Append(Row(0)), Throws.TypeOf<SpaException>().With.Message.StartsWith($"'{partial}' cannot be written (No space left on device")
            .And.Message.EndsWith("free some space and run the same command again, it continues here"));
    }

    private static JsonObject Row(int i) => new() { ["row"] = i, ["text"] = "größer\n\u2028" };
}
