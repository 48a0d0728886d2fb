FROM maven:3.9-eclipse-temurin-21 AS build
COPY pom.xml /home/app/
COPY src /home/app/src
RUN mvn -f /home/app/pom.xml clean package

FROM eclipse-temurin:21-jre
COPY --from=build /home/app/target/demo-0.0.1-SNAPSHOT.jar /usr/local/lib/demo.jar
EXPOSE 8080
ENTRYPOINT ["java","-jar","/usr/local/lib/demo.jar"]
