using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Tests.Data;

internal sealed class RowWriterTests
{
    [TestCase("rows.jsonl")]
    [TestCase("rows.jsonl.gz")]
    public void What_is_written_is_read_back_to_the_same_bits(string name) => Gen.Select(Gen.Double.Array[0, 5], Gen.String).Sample(
        (numbers, text) =>
        {
            double[] finite = [.. numbers.Where(double.IsFinite)];
            string sound = string.Concat(text.EnumerateRunes());
            using DataFile file = new(name);
            RowWriter.WriteAll(file.Path, [new JsonObject { ["n"] = new JsonArray([.. finite.Select(n => (JsonNode)n)]), ["t"] = sound }]);
            JsonObject row = RowReader.Read(file.Path).Single().Json;
            Assert.That(row["n"]!.AsArray().Select(n => BitConverter.DoubleToInt64Bits(n!.GetValue<double>())), Is.EqualTo(finite.Select(BitConverter.DoubleToInt64Bits)));
            Assert.That(row["t"]!.GetValue<string>(), Is.EqualTo(sound));
        },
        iter: 100);

    [Test]
    public void Without_a_commit_the_old_file_stays_and_nothing_is_left_beside_it()
    {
        using DataFile file = new("rows.jsonl", "{\"old\":true}\n");
        using (RowWriter writer = new(file.Path)) writer.Write(new JsonObject { ["old"] = false });
        Assert.That(File.ReadAllText(file.Path), Is.EqualTo("{\"old\":true}\n"));
        Assert.That(Directory.GetFiles(file.Folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_commit_replaces_the_old_file()
    {
        using DataFile file = new("rows.jsonl", "{\"old\":true}\n");
        RowWriter.WriteAll(file.Path, [new JsonObject { ["text"] = "ä \"<\u2028" }]);
        Assert.That(RowReader.Read(file.Path).Single().Json["text"]!.GetValue<string>(), Is.EqualTo("ä \"<\u2028"));
        Assert.That(Directory.GetFiles(file.Folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_NaN_is_refused_by_name_of_file_and_row()
    {
        using DataFile file = new("rows.jsonl");
        using RowWriter writer = new(file.Path);
        Assert.That(() => writer.Write(new JsonObject { ["x"] = double.NaN }), Throws.InstanceOf<SpaException>().With.Message.Contains("row 1 holds a NaN"));
    }

    [Test]
    public void A_place_that_cannot_be_written_is_one_line()
    {
        using DataFile file = new("plain", "x");
        Assert.That(() => new RowWriter(Path.Combine(file.Path, "rows.jsonl")), Throws.InstanceOf<SpaException>().With.Message.Contains("rows.jsonl"));
    }
}
