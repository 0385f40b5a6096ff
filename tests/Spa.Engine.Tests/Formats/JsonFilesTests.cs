using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

public class JsonFilesTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void An_object_is_written_and_read_again()
    {
        JsonFiles.WriteObject(_folder["x"], new JsonObject { ["b"] = 1e-5, ["a"] = "ü<>", ["c"] = new JsonArray(1, null) });
        Assert.That(File.ReadAllText(_folder["x"]), Is.EqualTo("{\n  \"b\": 1E-05,\n  \"a\": \"ü<>\",\n  \"c\": [\n    1,\n    null\n  ]\n}\n"));
        Assert.That(JsonFiles.ReadObject(_folder["x"])["a"]!.GetValue<string>(), Is.EqualTo("ü<>"));
    }

    [Test]
    public void A_byte_order_mark_is_skipped()
    {
        File.WriteAllText(_folder["x"], "{\"a\":1}", new UTF8Encoding(true));
        Assert.That(JsonFiles.ReadObject(_folder["x"]).Count, Is.EqualTo(1));
    }

    [TestCase("", "not valid JSON")]
    [TestCase("{\n\"a\": tru}", "not valid JSON (line 2, byte ")]
    [TestCase("{\"a\":1,\"a\":2}", "not valid JSON")]
    [TestCase("{\"a\":\"\\ud800\"}", "not valid Unicode")]
    [TestCase("[1]", "must hold a JSON object")]
    [TestCase("null", "must hold a JSON object")]
    public void Anything_but_one_object_is_refused(string text, string message)
    {
        File.WriteAllText(_folder["x"], text);
        Assert.That(() => JsonFiles.ReadObject(_folder["x"]), Throws.TypeOf<SpaException>().With.Message.Contains(message).And.Message.Not.Contains("\n"));
    }

    [Test]
    public void Deep_nesting_and_bad_utf8_are_refused()
    {
        File.WriteAllText(_folder["x"], "{\"a\":" + new string('[', 1_000_000));
        Assert.That(() => JsonFiles.ReadObject(_folder["x"]), Throws.TypeOf<SpaException>());
        File.WriteAllBytes(_folder["x"], Encoding.Latin1.GetBytes("{\"\xFF\":1}"));
        Assert.That(() => JsonFiles.ReadObject(_folder["x"]), Throws.TypeOf<SpaException>());
        Assert.That(() => JsonFiles.ReadText(_folder["x"]), Throws.TypeOf<SpaException>().With.Message.Contains("not UTF-8"));
    }

    [Test]
    public void Damage_never_escapes_as_another_exception() =>
        HostileInput.SurvivesDamage("""{"a":[1,2,{"b":"ü\n"}],"c":null,"d":-1.5e3}"""u8.ToArray(), _folder["x"], path => JsonFiles.ReadObject(path).ToJsonString());
}
