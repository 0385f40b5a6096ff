using System.Xml.Linq;

namespace Spa.Engine.Tests.Architecture;

/// <summary>Directory.Packages.props, the projects and docs/architecture.md agree about every package.</summary>
internal sealed class DependencyTests
{
    private static IEnumerable<(string Name, string Version)> Packages => XDocument.Parse(RepositoryFiles.Text("Directory.Packages.props")).Descendants("PackageVersion")
        .Select(p => (p.Attribute("Include")!.Value, p.Attribute("Version")!.Value));

    private static IEnumerable<XElement> References =>
        RepositoryFiles.EndingWith(".csproj").Concat(RepositoryFiles.EndingWith(".props")).SelectMany(f => XDocument.Load(f).Descendants("PackageReference"));

    [Test]
    public void Every_package_stands_in_the_architecture_with_version_reason_and_licence()
    {
        string[][] rows = [.. RepositoryFiles.Text("docs", "architecture.md").Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        Assert.Multiple(() =>
        {
            foreach ((string name, string version) in Packages)
            {
                string[]? row = rows.FirstOrDefault(r => r[0] == name);
                Assert.That(row, Is.Not.Null, name);
                if (row is null) continue;
                Assert.That(row[1], Is.EqualTo(version), name);
                Assert.That(row[2], Is.AnyOf("MIT", "Apache-2.0", "BSD-3-Clause"), name);
                Assert.That(row[3], Is.Not.Empty, name);
            }
        });
    }

    [Test]
    public void Every_package_is_used() => Assert.That(References.Select(r => r.Attribute("Include")!.Value).Distinct(), Is.SupersetOf(Packages.Select(p => p.Name)));

    [Test]
    public void Every_package_of_a_project_has_its_version_in_one_place()
    {
        Assert.Multiple(() =>
        {
            foreach (XElement reference in References)
            {
                Assert.That(Packages.Select(p => p.Name), Does.Contain(reference.Attribute("Include")!.Value));
                Assert.That(reference.Attribute("Version"), Is.Null, "versions stand in Directory.Packages.props");
            }
        });
    }
}
