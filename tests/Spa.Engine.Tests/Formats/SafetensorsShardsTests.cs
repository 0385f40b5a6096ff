using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

public class SafetensorsShardsTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("../x.safetensors")]
    [TestCase("..\\\\x.safetensors")]
    [TestCase("sub/x.safetensors")]
    [TestCase("/etc/x.safetensors")]
    [TestCase("C:x.safetensors")]
    [TestCase("..safetensors")]
    [TestCase("x\\u0000.safetensors")]
    [TestCase("x.bin")]
    [TestCase("")]
    public void A_file_outside_the_folder_is_refused(string name) => Refused($$"""{"weight_map":{"x":"{{name}}"} }""", "a plain name that ends in .safetensors is expected");

    [TestCase("""{}""", "no object 'weight_map'")]
    [TestCase("""{"weight_map":[]}""", "no object 'weight_map'")]
    [TestCase("""{"weight_map":{"x":1}}""", "must name a file for 'x'")]
    [TestCase("""{"weight_map":{"x":"x.safetensors","x":"x.safetensors"}}""", "not valid JSON")]
    [TestCase("""{"weight_map":{"y":"x.safetensors"}}""", "does not hold it")]
    [TestCase("""{"weight_map":{"x":"missing.safetensors"}}""", "missing.safetensors' does not exist")]
    [TestCase("""[]""", "must hold a JSON object")]
    public void An_index_that_does_not_fit_is_refused(string index, string message) => Refused(index, message);

    [Test]
    public void A_truncated_shard_is_named()
    {
        File.WriteAllBytes(_folder["cut.safetensors"], SafetensorsBytes.One("F32", "[4]", "[0,16]", 15));
        Refused("""{"weight_map":{"x":"cut.safetensors"}}""", "cut.safetensors' is truncated");
    }

    [Test]
    public void Damage_of_the_index_never_escapes_as_another_exception()
    {
        File.WriteAllBytes(_folder["x.safetensors"], SafetensorsBytes.One("F32", "[1]", "[0,4]", 4));
        HostileInput.SurvivesDamage("""{"metadata":{"total_size":4},"weight_map":{"x":"x.safetensors"}}"""u8.ToArray(), _folder["index.json"], path => SafetensorsShards.Open(path).Dispose());
    }

    private void Refused(string index, string message)
    {
        if (!File.Exists(_folder["x.safetensors"])) File.WriteAllBytes(_folder["x.safetensors"], SafetensorsBytes.One("F32", "[1]", "[0,4]", 4));
        File.WriteAllText(_folder["model.safetensors.index.json"], index);
        Assert.That(() => SafetensorsShards.Open(_folder["model.safetensors.index.json"]), Throws.TypeOf<SpaException>().With.Message.Contains(message));
    }
}
